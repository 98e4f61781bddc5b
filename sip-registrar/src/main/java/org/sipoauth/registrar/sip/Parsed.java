package org.sipoauth.registrar.sip;

import java.util.Optional;

/** What the parser found next in the stream. */
public sealed interface Parsed {
    /** A whole message. */
    record Message(SipMessage message) implements Parsed {}

    /** CRLF CRLF from a client that keeps its connection alive; the answer is one CRLF (RFC 5626 §4.4.1). */
    record Ping() implements Parsed {}

    /** The server's CRLF. */
    record Pong() implements Parsed {}

    /**
     * Something that is not a SIP message.
     *
     * @param status the SIP status that says so: 400, 413, 505 or 513
     * @param reason which rule was broken; a constant of ours, never the input
     * @param headers what could be read before and, where the end could be found, after it
     * @param answerable whether it was a request other than ACK, so that an answer is due if the headers allow it
     * @param streamLost whether the end of this message is unknown: the connection is of no more use
     */
    record Malformed(int status, String reason, Headers headers, boolean answerable, boolean streamLost)
            implements Parsed {

        /** The answer, when the request's Via, From, To, Call-ID and CSeq are good enough to send one. */
        public Optional<SipResponse> answer(String toTag) {
            if (!answerable) {
                return Optional.empty();
            }
            try {
                return Optional.of(SipResponse.answering(headers, status, phrase(), toTag));
            } catch (SipSyntaxException unanswerable) {
                return Optional.empty();
            }
        }

        private String phrase() {
            return switch (status) {
                case 413 -> "Request Entity Too Large";
                case 505 -> "Version Not Supported";
                case 513 -> "Message Too Large";
                default -> "Bad Request";
            };
        }
    }
}
