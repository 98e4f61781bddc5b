package org.sipoauth.authz.throttle;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** From where somebody tries: an IPv4 address, or the 64 bits of IPv6 that one household has at least. */
public final class Network {
    private static final Pattern IPV4 = Pattern.compile("[0-9.]{7,15}");
    private static final int IPV6_NETWORK_BYTES = 8;

    private Network() {}

    /**
     * The network of an address, as part of a bucket's name. A proxy may say anything for an address: no name is ever looked
     * up.
     */
    public static String of(String address) {
        if (address.indexOf(':') < 0) {
            return IPV4.matcher(address).matches() ? address : SharedBuckets.hash(address);
        }
        try {
            InetAddress parsed = InetAddress.getByName(address); // with a colon in it, it is a literal or nothing
            return parsed instanceof Inet6Address
                    ? HexFormat.of().formatHex(Arrays.copyOf(parsed.getAddress(), IPV6_NETWORK_BYTES))
                    : parsed.getHostAddress();
        } catch (UnknownHostException e) {
            return SharedBuckets.hash(address);
        }
    }
}
