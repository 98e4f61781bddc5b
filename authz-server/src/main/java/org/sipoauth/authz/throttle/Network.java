package org.sipoauth.authz.throttle;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** What one household or office has at least: an IPv4 address, or 64 bits of IPv6. */
public final class Network {
    private static final Pattern IPV4 = Pattern.compile("[0-9.]{7,15}");
    private static final int IPV6_BYTES = 8;

    private Network() {}

    /**
     * A short name without anything that people type.
     *
     * @param address as a connection or a proxy has it; no name is ever looked up
     * @return empty if it is none, for a proxy may say anything
     */
    public static Optional<String> of(String address) {
        if (address.indexOf(':') < 0) {
            return IPV4.matcher(address).matches() ? Optional.of(address) : Optional.empty();
        }
        try {
            InetAddress parsed = InetAddress.getByName(address); // with a colon in it, it is a literal or nothing
            return Optional.of(
                    parsed instanceof Inet6Address
                            ? HexFormat.of().formatHex(Arrays.copyOf(parsed.getAddress(), IPV6_BYTES))
                            : parsed.getHostAddress());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
