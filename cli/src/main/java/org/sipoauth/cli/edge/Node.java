package org.sipoauth.cli.edge;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A node's mutual-TLS port.
 *
 * @param host a name or an address, an IPv6 address without its brackets
 */
record Node(String host, int port) {
    private static final int USUAL_PORT = 5091;
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?");

    /** Reads {@code host}, {@code host:port} or {@code [address]:port}. */
    static Optional<Node> parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        int port = parts.group(3) == null ? USUAL_PORT : Integer.parseInt(parts.group(3));
        String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
        return port >= 1 && port <= 65535 ? Optional.of(new Node(host, port)) : Optional.empty();
    }

    /** As SIP URIs write it. */
    String uriHost() {
        return inUri(host);
    }

    static String inUri(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    @Override
    public String toString() {
        return uriHost() + ":" + port;
    }
}
