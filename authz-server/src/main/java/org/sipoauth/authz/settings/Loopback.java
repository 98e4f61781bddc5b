package org.sipoauth.authz.settings;

import java.util.regex.Pattern;

/** The addresses that lead no further than this machine. */
public final class Loopback {
    private static final Pattern IPV4 = Pattern.compile("127(\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("\\[?(::1|(0:){7}1)(%\\w+)?]?");

    private Loopback() {}

    /** @param host a name or an address as settings have them, IPv6 with or without brackets; no name is looked up */
    public static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || IPV4.matcher(host).matches()
                || IPV6.matcher(host).matches();
    }
}
