package org.sipoauth.registrar.sip;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** One hop of the way a request came (RFC 3261 §20.42). */
public final class Via {
    private final String protocol;
    private final String transport;
    private final HostPort sentBy;
    private final Parameters parameters;

    private Via(String protocol, String transport, HostPort sentBy, Parameters parameters) {
        this.protocol = protocol;
        this.transport = transport;
        this.sentBy = sentBy;
        this.parameters = parameters;
    }

    /** @throws SipSyntaxException if the text is no Via value */
    public static Via parse(String text) {
        List<String> parts = Grammar.split(text, ';');
        String[] sent = parts.get(0).split("/", 3);
        String name = Grammar.trim(sent[0]);
        String version = sent.length == 3 ? Grammar.trim(sent[1]) : "";
        if (!Grammar.isToken(name) || !Grammar.isToken(version)) { // any version: whoever speaks it learns from a 505
            throw new SipSyntaxException("Via has no protocol or no version");
        }
        String[] rest = Grammar.firstWord(Grammar.trim(sent[2]));
        if (rest[1].isEmpty() || !Grammar.isToken(rest[0])) {
            throw new SipSyntaxException("Via has no transport or no sent-by");
        }
        return new Via(
                name + "/" + version,
                rest[0].toUpperCase(Locale.ROOT),
                sentBy(rest[1]),
                Parameters.of(parts.subList(1, parts.size())));
    }

    /** Unlike in a URI, blanks may stand around the colon of a port. */
    private static HostPort sentBy(String text) {
        int colon = text.indexOf(':', text.indexOf(']') + 1);
        return HostPort.parse(
                colon < 0
                        ? text
                        : Grammar.trim(text.substring(0, colon)) + ":" + Grammar.trim(text.substring(colon + 1)));
    }

    /** The hop of a client of our own, which asks for {@code rport}. */
    public static Via of(String transport, String host, int port, String branch) {
        return new Via(
                "SIP/2.0",
                transport,
                HostPort.parse(host + ":" + port),
                Parameters.NONE.with("branch", branch).withFlag("rport"));
    }

    public String transport() {
        return transport;
    }

    public String host() {
        return sentBy.host();
    }

    public OptionalInt port() {
        return sentBy.port();
    }

    public Optional<String> branch() {
        return parameters.value("branch");
    }

    public Parameters parameters() {
        return parameters;
    }

    /**
     * As the server that received the request completes it: {@code received} when the sender's address is not the one it
     * wrote (RFC 3261 §18.2.1), both {@code received} and {@code rport} when it asked for {@code rport} (RFC 3581 §4).
     *
     * @param peer the peer's address as text, an IPv6 address without brackets
     */
    public Via receivedFrom(String peer, int port) {
        String address = withoutBrackets(
                peer.contains(":")
                        ? Host.canonical("[" + peer.replaceFirst("%.*", "") + "]")
                        : peer); // its zone is ours alone
        boolean wantsPort = parameters.has("rport");
        if (!wantsPort && address.equals(withoutBrackets(host()))) {
            return new Via(protocol, transport, sentBy, parameters.without("received"));
        }
        Parameters completed = parameters.with("received", address);
        return new Via(
                protocol, transport, sentBy, wantsPort ? completed.with("rport", Integer.toString(port)) : completed);
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Via that
                && protocol.equals(that.protocol)
                && transport.equals(that.transport)
                && sentBy.equals(that.sentBy)
                && parameters.equals(that.parameters);
    }

    @Override
    public int hashCode() {
        return sentBy.hashCode() * 31 + parameters.hashCode();
    }

    /** As on the wire. */
    @Override
    public String toString() {
        return protocol + "/" + transport + " " + sentBy + parameters;
    }
}
