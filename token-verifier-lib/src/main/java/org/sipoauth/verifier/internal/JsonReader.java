package org.sipoauth.verifier.internal;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON document in one pass, strictly (RFC 8259): the bytes are valid UTF-8, no name occurs twice in an
 * object, escaped surrogates come in pairs, nothing follows the document, and depth and numbers are bounded. All of it
 * holds inside skipped values too, so two readers can never see two different documents.
 *
 * <p>The caller follows the document: {@link #beginObject}, then {@link #hasNext}, {@link #name} and a value until
 * {@link #hasNext} is false; at the end {@link #end}. A value of another type than asked for is malformed.
 */
public final class JsonReader {
    private static final int MAX_DEPTH = 16;
    private static final int MAX_NUMBER_LENGTH = 32;
    /** So every number is within a double's range, and the same to all readers (RFC 7493 §2.2). */
    private static final int MAX_EXPONENT_DIGITS = 2;

    private static final int MAX_LONG_DIGITS = 18;
    private static final long NOT_DIGITS_ALONE = -1;

    /** What our documents say again and again, so that no copy of it is made. */
    private static final @Nullable String[] FAMILIAR = familiar(
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "jti",
            "client_id",
            "scope",
            "device_name",
            "aor",
            "sid",
            "status",
            "status_list",
            "idx",
            "uri",
            "cnf",
            "nbf",
            "x5t#S256",
            "alg",
            "typ",
            "kid");

    private static final long END_OF_YEAR_9999 = 253_402_300_799L;

    private final byte[] utf8;
    private int position;
    private @Nullable Scope scope; // the innermost

    public JsonReader(byte[] utf8) {
        this.utf8 = utf8;
    }

    public boolean isStringNext() {
        skipWhitespace();
        return nextIs('"');
    }

    public void beginObject() throws MalformedException {
        open('{', '}');
    }

    public void beginArray() throws MalformedException {
        open('[', ']');
    }

    /** Whether the innermost object or array goes on; where it does not, it is closed. */
    public boolean hasNext() throws MalformedException {
        Scope innermost = Objects.requireNonNull(scope);
        skipWhitespace();
        if (nextIs(innermost.close)) {
            position++;
            scope = innermost.outer;
            return false;
        }
        if (innermost.started) {
            expect(',');
        }
        innermost.started = true;
        return true;
    }

    /** The next member's name in the innermost object. */
    public String name() throws MalformedException {
        String name = string();
        if (!Objects.requireNonNull(scope).addName(name)) {
            throw malformed("name twice in a JSON object");
        }
        skipWhitespace();
        expect(':');
        return name;
    }

    public String string() throws MalformedException {
        return string("");
    }

    /** The same, and {@code likely} itself where that is what it says: so no copy of it is made. */
    public String string(String likely) throws MalformedException {
        if (!isStringNext()) {
            throw malformed("no JSON string where one must be");
        }
        int start = ++position;
        boolean ascii = passPlain();
        String begin = position - start == likely.length() && isAt(start, likely) ? likely : familiar(start, position);
        if (begin == null) {
            begin = text(start, ascii);
        }
        return utf8[position] == '"' ? closed(begin) : stringWithEscapes(begin);
    }

    /** A number of at most 32 characters and a two-digit exponent. */
    public BigDecimal number() throws MalformedException {
        return decimal(passNumber());
    }

    /** A number from 0 to {@code max}, of which a fraction is cut off. */
    public long wholePart(long max) throws MalformedException {
        int start = passNumber();
        long whole = digitsAlone(start);
        if (whole == NOT_DIGITS_ALONE) { // a fraction or an exponent, rare
            BigDecimal number = decimal(start);
            boolean inRange = number.signum() >= 0 && number.compareTo(BigDecimal.valueOf(max)) <= 0;
            whole = inRange ? number.longValue() : Long.MAX_VALUE;
        }
        if (whole > max) {
            throw malformed("JSON number out of range");
        }
        return whole;
    }

    /** Seconds since 1970, a fraction allowed (RFC 7519 §2, NumericDate) and cut off: no instant grows later. */
    public Instant numericDate() throws MalformedException {
        return Instant.ofEpochSecond(wholePart(END_OF_YEAR_9999));
    }

    /** A number of digits alone, at most {@link Integer#MAX_VALUE}. */
    public int nonNegativeInteger() throws MalformedException {
        long number = digitsAlone(passNumber());
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw malformed("JSON number is no integer in range");
        }
        return (int) number;
    }

    private BigDecimal decimal(int start) {
        return new BigDecimal(new String(utf8, start, position - start, StandardCharsets.ISO_8859_1));
    }

    /** The number from {@code start} to here, unless it is more than digits, or too many of them. */
    private long digitsAlone(int start) {
        if (position - start > MAX_LONG_DIGITS) {
            return NOT_DIGITS_ALONE;
        }
        long number = 0;
        for (int i = start; i < position; i++) {
            int digit = utf8[i] - '0';
            if (digit < 0 || digit > 9) {
                return NOT_DIGITS_ALONE;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    /** Passes a number of at most 32 characters and a two-digit exponent; returns where it starts. */
    private int passNumber() throws MalformedException {
        skipWhitespace();
        int start = position;
        if (nextIs('-')) {
            position++;
        }
        int integerStart = position;
        if (digits() > 1 && utf8[integerStart] == '0') {
            throw malformed("JSON number with leading zero");
        }
        if (nextIs('.')) {
            position++;
            digits();
        }
        if (nextIs('e') || nextIs('E')) {
            position++;
            if (nextIs('+') || nextIs('-')) {
                position++;
            }
            if (digits() > MAX_EXPONENT_DIGITS) {
                throw malformed("JSON number too large");
            }
        }
        if (position - start > MAX_NUMBER_LENGTH) {
            throw malformed("JSON number too long");
        }
        return start;
    }

    public List<String> strings() throws MalformedException {
        List<String> strings = new ArrayList<>(2);
        beginArray();
        while (hasNext()) {
            strings.add(string());
        }
        return List.copyOf(strings);
    }

    public void skipValue() throws MalformedException {
        skipWhitespace();
        switch (position < utf8.length ? utf8[position] : 0) {
            case '{' -> {
                beginObject();
                while (hasNext()) {
                    name();
                    skipValue();
                }
            }
            case '[' -> {
                beginArray();
                while (hasNext()) {
                    skipValue();
                }
            }
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> number();
        }
    }

    /** Requires that nothing but white space is left. */
    public void end() throws MalformedException {
        skipWhitespace();
        if (position < utf8.length) {
            throw malformed("text after the JSON document");
        }
    }

    private void open(char open, char close) throws MalformedException {
        Scope inner = new Scope(close, scope);
        if (inner.depth > MAX_DEPTH) {
            throw malformed("JSON nested too deeply");
        }
        skipWhitespace();
        expect(open);
        scope = inner;
    }

    private String stringWithEscapes(String begin) throws MalformedException {
        StringBuilder value = new StringBuilder(begin);
        while (utf8[position] != '"') {
            position++;
            appendEscape(value);
            int start = position;
            value.append(text(start, passPlain()));
        }
        return closed(value.toString());
    }

    private String closed(String value) {
        position++;
        return value;
    }

    /** Goes on to the next quotation mark or backslash; returns whether it passed ASCII alone. */
    private boolean passPlain() throws MalformedException {
        boolean ascii = true;
        for (int i = position; i < utf8.length; i++) {
            byte b = utf8[i];
            if (b < '#' || b == '\\') { // all that needs a look
                if (b == '"' || b == '\\') {
                    position = i;
                    return ascii;
                }
                if (b >= 0 && b < ' ') {
                    throw malformed("control character in JSON string");
                }
                ascii &= b >= 0;
            }
        }
        throw malformed("JSON string does not end");
    }

    private String text(int start, boolean ascii) throws MalformedException {
        int length = position - start;
        if (ascii) {
            return new String(utf8, start, length, StandardCharsets.ISO_8859_1);
        }
        try { // unlike new String(…), which replaces malformed sequences silently
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8, start, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed("JSON is not UTF-8");
        }
    }

    private @Nullable String familiar(int start, int end) {
        if (end == start) {
            return "";
        }
        String familiar = FAMILIAR[slot(end - start, utf8[start], utf8[end - 1])];
        return familiar != null && familiar.length() == end - start && isAt(start, familiar) ? familiar : null;
    }

    private static int slot(int length, int first, int last) {
        return (length * 2 + first * 3 + last) & 63;
    }

    private static int slot(String name) {
        return slot(name.length(), name.charAt(0), name.charAt(name.length() - 1));
    }

    private static @Nullable String[] familiar(String... names) {
        @Nullable String[] table = new @Nullable String[64];
        for (String name : names) {
            table[slot(name)] = name;
        }
        return table;
    }

    private void appendEscape(StringBuilder value) throws MalformedException {
        byte escape = position < utf8.length ? utf8[position++] : 0;
        switch (escape) {
            case '"', '\\', '/' -> value.append((char) escape);
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'u' -> appendCodeUnits(value);
            default -> throw malformed("unknown JSON escape");
        }
    }

    private void appendCodeUnits(StringBuilder value) throws MalformedException {
        char first = hex4();
        value.append(first);
        if (Character.isLowSurrogate(first)) {
            throw malformed("lone surrogate in JSON string");
        }
        if (Character.isHighSurrogate(first)) {
            if (!nextAre("\\u")) {
                throw malformed("lone surrogate in JSON string");
            }
            char second = hex4();
            if (!Character.isLowSurrogate(second)) {
                throw malformed("lone surrogate in JSON string");
            }
            value.append(second);
        }
    }

    private char hex4() throws MalformedException {
        int unit = 0;
        for (int end = position + 4; position < end; position++) {
            int digit = position == utf8.length ? -1 : Character.digit((char) utf8[position], 16);
            if (digit < 0) {
                throw malformed("JSON escape is not hexadecimal");
            }
            unit = unit << 4 | digit;
        }
        return (char) unit;
    }

    private int digits() throws MalformedException {
        int start = position;
        while (position < utf8.length && utf8[position] >= '0' && utf8[position] <= '9') {
            position++;
        }
        if (position == start) {
            throw malformed("no JSON number where one must be");
        }
        return position - start;
    }

    private void literal(String literal) throws MalformedException {
        if (!nextAre(literal)) {
            throw malformed("unknown JSON literal");
        }
    }

    /** Passes them if they are next. */
    private boolean nextAre(String ascii) {
        boolean next = position + ascii.length() <= utf8.length && isAt(position, ascii);
        position += next ? ascii.length() : 0;
        return next;
    }

    private boolean isAt(int start, String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            if (utf8[start + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void expect(char c) throws MalformedException {
        if (!nextIs(c)) {
            throw malformed("no " + c + " where one must be in JSON");
        }
        position++;
    }

    private boolean nextIs(char c) {
        return position < utf8.length && utf8[position] == c;
    }

    private void skipWhitespace() {
        if (position < utf8.length && utf8[position] > ' ') {
            return; // nearly always
        }
        while (nextIs(' ') || nextIs('\t') || nextIs('\n') || nextIs('\r')) {
            position++;
        }
    }

    private static MalformedException malformed(String message) {
        return new MalformedException(message);
    }

    private static final class Scope {
        private final char close;
        private final @Nullable Scope outer;
        private final int depth;
        private boolean started;
        private long familiarNames; // a bit for each
        private @Nullable Set<String> otherNames;

        Scope(char close, @Nullable Scope outer) {
            this.close = close;
            this.outer = outer;
            this.depth = outer == null ? 1 : outer.depth + 1;
        }

        /** Whether it is new. */
        boolean addName(String name) {
            int slot = name.isEmpty() ? 0 : slot(name);
            if (name.equals(FAMILIAR[slot])) {
                boolean isNew = (familiarNames & 1L << slot) == 0;
                familiarNames |= 1L << slot;
                return isNew;
            }
            if (otherNames == null) {
                otherNames = new HashSet<>();
            }
            return otherNames.add(name);
        }
    }
}
