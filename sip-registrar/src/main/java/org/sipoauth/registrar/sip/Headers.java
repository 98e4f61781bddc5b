package org.sipoauth.registrar.sip;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The header fields of a message in their order, repeated ones included. Names are looked up without case, by any of
 * their forms; values are as they came, unfolded and trimmed.
 */
public final class Headers {
    public static final Headers NONE = new Headers(List.of());

    /** One header field; its name in the standard's spelling. */
    public record Header(String name, String value) {
        /** @throws SipSyntaxException if the name is no token, or the value holds a line break */
        public Header {
            name = HeaderName.canonical(name);
            requireOneLine(value);
        }

        private static void requireOneLine(String value) {
            if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
                throw new SipSyntaxException("header value holds a line break");
            }
        }
    }

    private final List<Header> fields;

    Headers(List<Header> fields) {
        this.fields = List.copyOf(fields);
    }

    public List<Header> fields() {
        return fields;
    }

    /** Every value of this name as it came, comma lists unsplit. */
    public List<String> all(String name) {
        String canonical = HeaderName.canonical(name);
        List<String> values = new ArrayList<>(0);
        for (Header field : fields) {
            if (field.name.equalsIgnoreCase(canonical)) {
                values.add(field.value);
            }
        }
        return values;
    }

    /**
     * Every element of this name: comma lists split where the header's grammar has them, whole values otherwise.
     *
     * @throws SipSyntaxException if a list has an empty element or an open quote
     */
    public List<String> elements(String name) {
        String canonical = HeaderName.canonical(name);
        List<String> values = all(canonical);
        if (!HeaderName.isCommaList(canonical)) {
            return values;
        }
        List<String> elements = new ArrayList<>();
        for (String value : values) {
            if (!value.isEmpty() || !HeaderName.mayBeEmpty(canonical)) {
                elements.addAll(Grammar.split(value, ','));
            }
        }
        return elements;
    }

    /** The first value of this name. */
    public Optional<String> first(String name) {
        String canonical = HeaderName.canonical(name);
        for (Header field : fields) {
            if (field.name.equalsIgnoreCase(canonical)) {
                return Optional.of(field.value);
            }
        }
        return Optional.empty();
    }

    /**
     * The value of a header that may occur once.
     *
     * @throws SipSyntaxException if it occurs more than once
     */
    public Optional<String> single(String name) {
        String canonical = HeaderName.canonical(name);
        Optional<String> value = Optional.empty();
        for (Header field : fields) {
            if (field.name.equalsIgnoreCase(canonical)) {
                if (value.isPresent()) {
                    throw new SipSyntaxException(canonical + " occurs more than once");
                }
                value = Optional.of(field.value);
            }
        }
        return value;
    }

    public boolean has(String name) {
        return first(name).isPresent();
    }

    /** With one more field at the end. */
    public Headers plus(String name, String value) {
        List<Header> more = new ArrayList<>(fields);
        more.add(new Header(name, value));
        return new Headers(more);
    }

    /** Without any field of this name. */
    public Headers without(String name) {
        String canonical = HeaderName.canonical(name);
        List<Header> others = new ArrayList<>(fields.size());
        for (Header field : fields) {
            if (!field.name.equalsIgnoreCase(canonical)) {
                others.add(field);
            }
        }
        return new Headers(others);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Headers that && fields.equals(that.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    /** The names alone: a value may be a credential. */
    @Override
    public String toString() {
        return fields.stream().map(Header::name).toList().toString();
    }
}
