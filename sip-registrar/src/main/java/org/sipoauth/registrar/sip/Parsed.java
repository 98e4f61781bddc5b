package org.sipoauth.registrar.sip;

import java.util.Locale;
import java.util.Optional;

/** What the parser found next in the stream. */
public sealed interface Parsed {
    /** A whole message. */
    record Message(SipMessage message) implements Parsed {}

    /** CRLF CRLF from a client that keeps its connection alive; the answer is one CRLF (RFC 5626 §4.4.1). */
    record Ping() implements Parsed {}

    /** The server's CRLF. */
    record Pong() implements Parsed {}

    /** What is wrong with something that is not a SIP message: few enough to count each. */
    enum Cause {
        /** The start line, or the first byte, is of something else. */
        NOT_SIP(400),
        /** A line does not end in CRLF, a carriage return stands alone, or a folded line is blank. */
        LINE_BREAK(400),
        /** Missing, repeated or no number: where the message ends is anybody's guess. */
        CONTENT_LENGTH(400),
        /** A control character, or bytes that are not UTF-8. */
        CHARACTER(400),
        /** The start line, or a header field that is read, is not as its grammar says, or one that must be there is not. */
        SYNTAX(400),
        /** SIP, but not 2.0. */
        VERSION(505),
        /** The start line, or one header field. */
        LINE_TOO_LONG(513),
        /** Start line and header fields together. */
        HEAD_TOO_LONG(513),
        TOO_MANY_FIELDS(513),
        BODY_TOO_LONG(413);

        private final int status;

        Cause(int status) {
            this.status = status;
        }

        /** The SIP status that says so: 400, 413, 505 or 513. */
        public int status() {
            return status;
        }

        /** As in metrics and logs. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Something that is not a SIP message.
     *
     * @param cause which kind of rule was broken; it gives the status
     * @param reason which rule was broken; a constant of ours, never the input
     * @param headers what could be read before and, where the end could be found, after it
     * @param answerable whether it was a request other than ACK, so that an answer is due if the headers allow it
     * @param streamLost whether the end of this message is unknown: the connection is of no more use
     */
    record Malformed(Cause cause, String reason, Headers headers, boolean answerable, boolean streamLost)
            implements Parsed {

        /** 400, 413, 505 or 513. */
        public int status() {
            return cause.status;
        }

        /** The answer, when the request's Via, From, To, Call-ID and CSeq are good enough to send one. */
        public Optional<SipResponse> answer(String toTag) {
            if (!answerable) {
                return Optional.empty();
            }
            try {
                return Optional.of(SipResponse.answering(headers, status(), phrase(), toTag));
            } catch (SipSyntaxException unanswerable) {
                return Optional.empty();
            }
        }

        private String phrase() {
            return switch (status()) {
                case 413 -> "Request Entity Too Large";
                case 505 -> "Version Not Supported";
                case 513 -> "Message Too Large";
                default -> "Bad Request";
            };
        }
    }
}
