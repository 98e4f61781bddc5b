package org.sipoauth.verifier.internal;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads one JSON document in one pass, strictly (RFC 8259): the bytes are valid UTF-8, no name occurs twice in an
 * object, escaped surrogates come in pairs, nothing follows the document, and depth and numbers are bounded. All of it
 * holds inside skipped values too, so two readers can never see two different documents.
 *
 * <p>The caller follows the document: {@link #beginObject}, then {@link #hasNext}, {@link #name} and a value until
 * {@link #hasNext} is false; at the end {@link #end}. A value of another type than asked for is malformed.
 */
public final class JsonReader {
    /** What the next value is. */
    public enum Kind {
        OBJECT,
        ARRAY,
        STRING,
        NUMBER,
        BOOLEAN,
        NULL
    }

    private static final int MAX_DEPTH = 16;
    private static final int MAX_NUMBER_LENGTH = 32;
    private static final int MAX_EXPONENT_DIGITS = 3;
    private static final BigDecimal LARGEST_INT = BigDecimal.valueOf(Integer.MAX_VALUE);

    private final String text;
    private int position;
    private final Deque<Scope> scopes = new ArrayDeque<>();

    public JsonReader(byte[] utf8) throws MalformedException {
        this.text = decode(utf8);
    }

    public Kind peek() throws MalformedException {
        skipWhitespace();
        if (position == text.length()) {
            throw malformed("JSON ends too early");
        }
        char c = text.charAt(position);
        return switch (c) {
            case '{' -> Kind.OBJECT;
            case '[' -> Kind.ARRAY;
            case '"' -> Kind.STRING;
            case 't', 'f' -> Kind.BOOLEAN;
            case 'n' -> Kind.NULL;
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> Kind.NUMBER;
            default -> throw malformed("no JSON value where one must be");
        };
    }

    public void beginObject() throws MalformedException {
        open(Kind.OBJECT, '{', '}');
    }

    public void beginArray() throws MalformedException {
        open(Kind.ARRAY, '[', ']');
    }

    /** Whether the innermost object or array goes on; where it does not, it is closed. */
    public boolean hasNext() throws MalformedException {
        Scope scope = scopes.element();
        skipWhitespace();
        if (nextIs(scope.close)) {
            position++;
            scopes.pop();
            return false;
        }
        if (scope.started) {
            expect(',');
        }
        scope.started = true;
        return true;
    }

    /** The next member's name in the innermost object. */
    public String name() throws MalformedException {
        String name = string();
        if (!scopes.element().names.add(name)) {
            throw malformed("name twice in a JSON object");
        }
        skipWhitespace();
        expect(':');
        return name;
    }

    public String string() throws MalformedException {
        require(Kind.STRING);
        int start = ++position;
        while (position < text.length()) {
            char c = text.charAt(position);
            if (c == '"') {
                return text.substring(start, position++);
            }
            if (c == '\\') {
                return stringWithEscapes(start);
            }
            requireNoControl(c);
            position++;
        }
        throw malformed("JSON string does not end");
    }

    /** A number of at most 32 characters and a three-digit exponent. */
    public BigDecimal number() throws MalformedException {
        require(Kind.NUMBER);
        int start = position;
        if (nextIs('-')) {
            position++;
        }
        int integerStart = position;
        if (digits() > 1 && text.charAt(integerStart) == '0') {
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
        return new BigDecimal(text.substring(start, position));
    }

    /** A number of digits alone, at most {@link Integer#MAX_VALUE}. */
    public int nonNegativeInteger() throws MalformedException {
        BigDecimal number = number();
        if (number.scale() != 0 || number.signum() < 0 || number.compareTo(LARGEST_INT) > 0) {
            throw malformed("JSON number is no integer in range");
        }
        return number.intValue();
    }

    public List<String> strings() throws MalformedException {
        List<String> strings = new ArrayList<>();
        beginArray();
        while (hasNext()) {
            strings.add(string());
        }
        return List.copyOf(strings);
    }

    public void skipValue() throws MalformedException {
        switch (peek()) {
            case OBJECT -> {
                beginObject();
                while (hasNext()) {
                    name();
                    skipValue();
                }
            }
            case ARRAY -> {
                beginArray();
                while (hasNext()) {
                    skipValue();
                }
            }
            case STRING -> string();
            case NUMBER -> number();
            case BOOLEAN -> literal(nextIs('t') ? "true" : "false");
            case NULL -> literal("null");
        }
    }

    /** Requires that nothing but white space is left. */
    public void end() throws MalformedException {
        skipWhitespace();
        if (position < text.length()) {
            throw malformed("text after the JSON document");
        }
    }

    private void open(Kind kind, char open, char close) throws MalformedException {
        require(kind);
        if (scopes.size() == MAX_DEPTH) {
            throw malformed("JSON nested too deeply");
        }
        expect(open);
        scopes.push(new Scope(close));
    }

    private void require(Kind kind) throws MalformedException {
        if (peek() != kind) {
            throw malformed("JSON value is not of type " + kind.name().toLowerCase(Locale.ROOT));
        }
    }

    private String stringWithEscapes(int start) throws MalformedException {
        StringBuilder value = new StringBuilder().append(text, start, position);
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == '"') {
                return value.toString();
            }
            if (c == '\\') {
                appendEscape(value);
            } else {
                requireNoControl(c);
                value.append(c);
            }
        }
        throw malformed("JSON string does not end");
    }

    private void appendEscape(StringBuilder value) throws MalformedException {
        char escape = position < text.length() ? text.charAt(position++) : '\0';
        switch (escape) {
            case '"', '\\', '/' -> value.append(escape);
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
            if (!text.startsWith("\\u", position)) {
                throw malformed("lone surrogate in JSON string");
            }
            position += 2;
            char second = hex4();
            if (!Character.isLowSurrogate(second)) {
                throw malformed("lone surrogate in JSON string");
            }
            value.append(second);
        }
    }

    private char hex4() throws MalformedException {
        if (text.length() - position < 4) {
            throw malformed("JSON escape too short");
        }
        int unit = 0;
        for (int end = position + 4; position < end; position++) {
            char c = text.charAt(position);
            int digit = c < 128 ? Character.digit(c, 16) : -1; // Character.digit also takes other scripts' digits
            if (digit < 0) {
                throw malformed("JSON escape is not hexadecimal");
            }
            unit = unit << 4 | digit;
        }
        return (char) unit;
    }

    private int digits() throws MalformedException {
        int start = position;
        while (position < text.length() && text.charAt(position) >= '0' && text.charAt(position) <= '9') {
            position++;
        }
        if (position == start) {
            throw malformed("JSON number without digits");
        }
        return position - start;
    }

    private void literal(String literal) throws MalformedException {
        if (!text.startsWith(literal, position)) {
            throw malformed("unknown JSON literal");
        }
        position += literal.length();
    }

    private void expect(char c) throws MalformedException {
        if (!nextIs(c)) {
            throw malformed("JSON punctuation missing");
        }
        position++;
    }

    private boolean nextIs(char c) {
        return position < text.length() && text.charAt(position) == c;
    }

    private void skipWhitespace() {
        while (position < text.length() && " \t\n\r".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
    }

    private static void requireNoControl(char c) throws MalformedException {
        if (c < ' ') {
            throw malformed("control character in JSON string");
        }
    }

    private static String decode(byte[] utf8) throws MalformedException {
        try { // unlike new String(…), which replaces malformed sequences silently
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed("JSON is not UTF-8");
        }
    }

    private static MalformedException malformed(String message) {
        return new MalformedException(message);
    }

    private static final class Scope {
        private final char close;
        private final Set<String> names = new HashSet<>();
        private boolean started;

        Scope(char close) {
            this.close = close;
        }
    }
}
