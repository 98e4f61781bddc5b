package org.sipoauth.registrar.sip;

import java.util.Locale;
import java.util.OptionalInt;

/**
 * {@code host[:port]}.
 *
 * @param host to compare; see {@link Host#canonical}
 * @param written the host as it came, in lower case
 */
record HostPort(String host, String written, OptionalInt port) {
    static HostPort parse(String text) {
        int colon = text.startsWith("[") ? text.indexOf(':', text.indexOf(']') + 1) : text.indexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        if (!Grammar.isHost(host)) {
            throw new SipSyntaxException("host is malformed");
        }
        OptionalInt port = colon < 0 ? OptionalInt.empty() : OptionalInt.of(Grammar.port(text.substring(colon + 1)));
        String written = host.toLowerCase(Locale.ROOT);
        return new HostPort(Host.canonicalOf(written), written, port);
    }

    @Override
    public String toString() {
        return port.isPresent() ? written + ":" + port.getAsInt() : written;
    }
}
