package org.sipoauth.registrar.sip;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/** How hosts are compared, of which there may be several texts for one (RFC 3261 §19.1.4, RFC 5954 §4.2). */
public final class Host {
    private static final int GROUPS = 8;

    private Host() {}

    /**
     * One text for all of the same host: in lower case, a name without the final dot, an IPv6 address in brackets as RFC 5952 §4
     * has it. What is no host comes back in lower case.
     */
    public static String canonical(String host) {
        String text = host.toLowerCase(Locale.ROOT);
        return Grammar.isHost(text) ? canonicalOf(text) : text;
    }

    /** @param text that is a host, in lower case */
    static String canonicalOf(String text) {
        if (text.startsWith("[")) {
            return "[" + ipv6(text) + "]";
        }
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }

    private static String ipv6(String literal) {
        try {
            InetAddress address = InetAddress.getByName(literal); // asks nobody: it is an address
            return address instanceof Inet4Address
                    ? "::ffff:" + address.getHostAddress() // RFC 5952 §5
                    : ipv6(address.getAddress());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible); // the grammar has taken it
        }
    }

    private static String ipv6(byte[] address) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = (address[2 * i] & 0xff) << 8 | address[2 * i + 1] & 0xff;
        }
        int gap = -1;
        int longest = 1; // one group alone is written out: §4.2.2
        for (int from = 0; from < GROUPS; from++) {
            int to = from;
            while (to < GROUPS && groups[to] == 0) {
                to++;
            }
            if (to - from > longest) { // the first of equals: §4.2.3
                gap = from;
                longest = to - from;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == gap) {
                text.append("::");
                i += longest - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
