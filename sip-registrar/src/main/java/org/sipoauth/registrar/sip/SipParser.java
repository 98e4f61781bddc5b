package org.sipoauth.registrar.sip;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sipoauth.registrar.sip.Parsed.Cause;

/**
 * Cuts a byte stream into SIP messages (RFC 3261 §7, §18.3) and keep-alives. Bytes go in with {@link #append} as they
 * arrive, results come out of {@link #next}. Holds at most one message that is not yet whole, within the {@link Limits};
 * one instance a connection, not thread-safe.
 *
 * <p>Strict where a lenient reader could disagree with another about where a message ends: lines end in CRLF,
 * Content-Length is there and occurs once, no folded line is blank, control characters are refused. A message with a fault inside a frame that is
 * certain costs that message; a fault in the frame itself costs the connection.
 */
public final class SipParser {
    private static final byte[] EMPTY = new byte[0];
    private static final String VERSION = "SIP/2.0";

    private enum State {
        BETWEEN,
        HEAD,
        BODY,
        LOST
    }

    /** Of a header field: the objects around its text. */
    private static final int FIELD_OVERHEAD = 128;

    private record Fault(Cause cause, String reason, boolean streamLost) {}

    private final Limits limits;
    private final boolean server;
    private final boolean keepsBodies;

    private byte[] buffer = EMPTY;
    private int from;
    private int scanned;
    private int to;

    private State state = State.BETWEEN;
    private String startLine = "";
    private CharSequence field = ""; // a StringBuilder where it is folded
    private boolean lineFaulty;
    private boolean fieldFaulty;
    private final List<Headers.Header> headers = new ArrayList<>();
    private int headBytes;
    private int bodyLeft;
    private Optional<Fault> fault = Optional.empty();

    private SipParser(Limits limits, boolean server, boolean keepsBodies) {
        this.limits = limits;
        this.server = server;
        this.keepsBodies = keepsBodies;
    }

    /** For a stream from a client: CRLF CRLF is a ping. */
    public static SipParser forServer(Limits limits) {
        return new SipParser(limits, true, true);
    }

    /** The same for who reads no bodies: they may be as long, are thrown away as they arrive, and messages come without. */
    public static SipParser forServerWithoutBodies(Limits limits) {
        return new SipParser(limits, true, false);
    }

    /** For a stream from a server: CRLF is a pong. */
    public static SipParser forClient(Limits limits) {
        return new SipParser(limits, false, true);
    }

    /** Takes a copy of the bytes. Call {@link #next} until it is empty before appending more. */
    public void append(byte[] bytes, int offset, int length) {
        append(ByteBuffer.wrap(bytes, offset, length));
    }

    /** The same for all that remains of a buffer. */
    public void append(ByteBuffer bytes) {
        if (state == State.LOST) {
            return;
        }
        int length = bytes.remaining();
        int held = to - from;
        if (buffer.length - to < length) {
            byte[] target = held + length > buffer.length
                    ? new byte[Math.max(held + length, Math.min(2 * buffer.length, limits.bodyBytes()))]
                    : buffer;
            System.arraycopy(buffer, from, target, 0, held);
            buffer = target;
            scanned -= from;
            from = 0;
            to = held;
        }
        bytes.get(buffer, to, length);
        to += length;
    }

    /** Whether a message has begun and is not yet whole. */
    public boolean inMessage() {
        return state == State.HEAD || state == State.BODY;
    }

    /** About how many bytes of memory what has begun takes until it is whole; 0 between messages. */
    public int heldBytes() {
        return buffer.length + Character.BYTES * headBytes + FIELD_OVERHEAD * headers.size();
    }

    /** Lets go of all that it holds. The stream is lost. */
    public void abandon() {
        reset(State.LOST);
        buffer = EMPTY;
        from = 0;
        to = 0;
    }

    /** The next thing in the stream, or empty until more bytes arrive. Empty for ever once the stream is lost. */
    public Optional<Parsed> next() {
        Optional<Parsed> parsed = switch (state) {
            case BETWEEN -> between();
            case HEAD -> head();
            case BODY -> body();
            case LOST -> Optional.empty();
        };
        if (from == to) {
            buffer = EMPTY; // an idle connection holds no buffer
            from = 0;
            to = 0;
            scanned = 0;
        } else if (parsed.isEmpty() && to - from < buffer.length / 2) { // the rest is text by now, or thrown away
            buffer = Arrays.copyOfRange(buffer, from, to);
            scanned -= from;
            to -= from;
            from = 0;
        }
        return parsed;
    }

    private Optional<Parsed> between() {
        while (from < to && buffer[from] == '\r') {
            if (to - from < 2) {
                return Optional.empty();
            }
            if (buffer[from + 1] != '\n') {
                return lost(Cause.LINE_BREAK, "carriage return without line feed");
            }
            if (!server) {
                from += 2;
                return Optional.of(new Parsed.Pong());
            }
            if (to - from > 2 && buffer[from + 2] != '\r') {
                from += 2; // a CRLF before a message is to be ignored: RFC 3261 §7.5
            } else if (to - from < 4) {
                return Optional.empty();
            } else if (buffer[from + 3] == '\n') {
                from += 4;
                return Optional.of(new Parsed.Ping());
            } else {
                return lost(Cause.LINE_BREAK, "carriage return without line feed");
            }
        }
        if (from == to) {
            return Optional.empty();
        }
        if (!Grammar.isTokenChar(buffer[from])) {
            return lost(Cause.NOT_SIP, "not the beginning of a SIP message");
        }
        state = State.HEAD;
        scanned = from;
        return head();
    }

    private Optional<Parsed> head() {
        while (true) {
            int lineFeed = indexOfLineFeed();
            int lineBytes = (lineFeed < 0 ? to : lineFeed + 1) - from;
            boolean folded = lineBytes > 0 && Grammar.isBlank((char) buffer[from]);
            int room = limits.lineBytes() - (folded ? field.length() : 0);
            int headRoom = limits.headBytes() - headBytes;
            if (lineBytes > Math.min(room, headRoom)) { // the nearer limit: what a slow sender would meet first
                return room <= headRoom
                        ? lost(Cause.LINE_TOO_LONG, "line too long")
                        : lost(Cause.HEAD_TOO_LONG, "head too long");
            }
            if (lineFeed < 0) {
                return Optional.empty();
            }
            if (lineBytes < 2 || buffer[lineFeed - 1] != '\r') {
                return lost(Cause.LINE_BREAK, "line does not end in CRLF");
            }
            headBytes += lineBytes;
            String line = decode(from, lineBytes - 2);
            from = lineFeed + 1;
            scanned = from;

            if (line.isEmpty()) {
                endOfField();
                return endOfHead();
            }
            if (startLine.isEmpty()) {
                startLine = line;
                Optional<Parsed> notSip = checkStartLine();
                if (notSip.isPresent()) {
                    return notSip;
                }
            } else if (!folded) {
                endOfField();
                if (headers.size() >= limits.headerCount()) {
                    return lost(Cause.TOO_MANY_FIELDS, "too many header fields");
                }
                field = line;
                fieldFaulty = lineFaulty;
            } else if (field.isEmpty()) {
                return lost(Cause.SYNTAX, "folded line without a header field");
            } else if (Grammar.trim(line).isEmpty()) { // to other parsers, JAIN-SIP's for one, the end of the head
                return lost(Cause.LINE_BREAK, "folded line of blanks alone");
            } else {
                StringBuilder lines = field instanceof StringBuilder folds ? folds : new StringBuilder(field);
                field = lines.append(' ').append(Grammar.trim(line));
                fieldFaulty |= lineFaulty;
            }
        }
    }

    private int indexOfLineFeed() {
        for (; scanned < to; scanned++) {
            if (buffer[scanned] == '\n') {
                return scanned;
            }
        }
        return -1;
    }

    private String decode(int offset, int length) {
        lineFaulty = false;
        boolean ascii = true;
        for (int i = offset; i < offset + length; i++) {
            byte b = buffer[i];
            if (b < 0) {
                ascii = false;
            } else if ((b < ' ' && b != '\t' || b == 0x7f) && !isQuotedPair(offset, i)) {
                fault(b == '\r' ? Cause.LINE_BREAK : Cause.CHARACTER, "control character", b == '\r');
                lineFaulty = true;
            }
        }
        if (ascii) {
            return new String(buffer, offset, length, StandardCharsets.ISO_8859_1);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(buffer, offset, length))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            fault(Cause.CHARACTER, "not UTF-8", false);
            lineFaulty = true;
            return new String(buffer, offset, length, StandardCharsets.ISO_8859_1);
        }
    }

    /** A control character other than CR may stand behind a backslash in a header's quoted string (RFC 3261 §25.1). */
    private boolean isQuotedPair(int lineStart, int at) {
        if (startLine.isEmpty()) {
            return false;
        }
        int backslashes = 0;
        while (at - 1 - backslashes >= lineStart && buffer[at - 1 - backslashes] == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1 && buffer[at] != '\r';
    }

    /** A start line that is not SIP at all loses the stream; one with a fault is answered when the head has ended. */
    private Optional<Parsed> checkStartLine() {
        if (isResponse()) {
            return Optional.empty();
        }
        String line = Grammar.trim(startLine);
        int version = line.lastIndexOf(' ') + 1;
        if (version < 4 || !line.regionMatches(true, version, "SIP/", 0, 4)) {
            return lost(Cause.NOT_SIP, "start line is not of SIP");
        }
        if (!line.substring(version).equalsIgnoreCase(VERSION)) {
            fault(Cause.VERSION, "SIP version is not 2.0", false);
        } else if (startLine.split(" ", -1).length != 3) {
            fault(Cause.SYNTAX, "request line is not method, URI and version", false);
        }
        return Optional.empty();
    }

    private boolean isResponse() {
        return startLine.regionMatches(true, 0, "SIP/", 0, 4);
    }

    private void endOfField() {
        if (field.isEmpty()) {
            return;
        }
        String text = field.toString();
        field = "";
        int colon = text.indexOf(':');
        String name = colon < 0 ? "" : Grammar.trim(text.substring(0, colon));
        if (!Grammar.isToken(name)) {
            fault(Cause.SYNTAX, "header field without a name", false);
        } else if (!fieldFaulty) { // else no answer is to carry it
            headers.add(new Headers.Header(name, Grammar.trim(text.substring(colon + 1))));
        }
    }

    private Optional<Parsed> endOfHead() {
        List<String> lengths = new Headers(headers).all("Content-Length");
        if (lengths.size() != 1) {
            return lost(
                    Cause.CONTENT_LENGTH,
                    lengths.isEmpty() ? "Content-Length is missing" : "Content-Length occurs more than once");
        }
        if (!Grammar.isDigits(lengths.get(0))) {
            return lost(Cause.CONTENT_LENGTH, "Content-Length is not a number");
        }
        long length = DeltaSeconds.parse(lengths.get(0)).orElseThrow();
        if (length > limits.bodyBytes()) {
            return lost(Cause.BODY_TOO_LONG, "body too long");
        }
        if (fault.isPresent() && fault.get().streamLost()) {
            return malformed(fault.get());
        }
        bodyLeft = (int) length;
        state = State.BODY;
        return body();
    }

    private Optional<Parsed> body() {
        if (!keepsBodies) {
            int thrownAway = Math.min(bodyLeft, to - from);
            from += thrownAway;
            bodyLeft -= thrownAway;
        }
        if (to - from < bodyLeft) {
            return Optional.empty();
        }
        byte[] body = Arrays.copyOfRange(buffer, from, from + bodyLeft);
        from += bodyLeft;
        if (fault.isPresent()) {
            return malformed(fault.get());
        }
        try {
            Parsed message = new Parsed.Message(message(body));
            reset(State.BETWEEN);
            return Optional.of(message);
        } catch (SipSyntaxException wrong) {
            return malformed(new Fault(Cause.SYNTAX, String.valueOf(wrong.getMessage()), false));
        }
    }

    private SipMessage message(byte[] body) {
        Headers all = new Headers(headers);
        if (!isResponse()) {
            String[] parts = startLine.split(" ", -1);
            return SipRequest.of(parts[0], parts[1], all, body);
        }
        String[] parts = startLine.split(" ", 3);
        if (parts.length != 3 || !parts[0].equalsIgnoreCase(VERSION) || !parts[1].matches("[1-6]\\d\\d")) {
            throw new SipSyntaxException("status line is not version, status and reason");
        }
        return SipResponse.of(Integer.parseInt(parts[1]), parts[2], all, body);
    }

    /** The first fault counts; a later one only if it is the one that loses the stream. */
    private void fault(Cause cause, String reason, boolean streamLost) {
        if (fault.isEmpty() || streamLost && !fault.get().streamLost()) {
            fault = Optional.of(new Fault(cause, reason, streamLost));
        }
    }

    private Optional<Parsed> lost(Cause cause, String reason) {
        return malformed(new Fault(cause, reason, true));
    }

    private Optional<Parsed> malformed(Fault found) {
        boolean request = !startLine.isEmpty() && !isResponse() && !startLine.startsWith("ACK ");
        Parsed malformed =
                new Parsed.Malformed(found.cause(), found.reason(), new Headers(headers), request, found.streamLost());
        reset(found.streamLost() ? State.LOST : State.BETWEEN);
        if (state == State.LOST) {
            from = to;
        }
        return Optional.of(malformed);
    }

    private void reset(State next) {
        state = next;
        startLine = "";
        field = "";
        headers.clear();
        headBytes = 0;
        bodyLeft = 0;
        fault = Optional.empty();
    }
}
