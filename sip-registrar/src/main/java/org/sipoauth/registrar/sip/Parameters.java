package org.sipoauth.registrar.sip;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The {@code ;name=value} parameters of a header field, in their order and with their values as they were written.
 * Names are compared without case and occur once (RFC 3261 §7.3.1).
 */
public final class Parameters {
    static final Parameters NONE = new Parameters(List.of());

    private record Parameter(String name, Optional<String> value) {
        void appendTo(StringBuilder text) {
            text.append(';').append(name);
            if (value.isPresent()) {
                text.append('=').append(value.get());
            }
        }
    }

    private final List<Parameter> parameters;

    private Parameters(List<Parameter> parameters) {
        this.parameters = List.copyOf(parameters);
    }

    /** @param parts each {@code name} or {@code name=value} */
    static Parameters of(List<String> parts) {
        if (parts.isEmpty()) {
            return NONE;
        }
        List<Parameter> parameters = new ArrayList<>(parts.size());
        Set<String> names = new HashSet<>(); // a line has room for thousands
        for (String part : parts) {
            int equals = part.indexOf('=');
            String name = Grammar.trim(equals < 0 ? part : part.substring(0, equals));
            Optional<String> value =
                    equals < 0 ? Optional.empty() : Optional.of(Grammar.trim(part.substring(equals + 1)));
            requireParameter(name, value);
            if (!names.add(name.toLowerCase(Locale.ROOT))) {
                throw new SipSyntaxException("parameter occurs twice");
            }
            parameters.add(new Parameter(name, value));
        }
        return new Parameters(parameters);
    }

    private static void requireParameter(String name, Optional<String> value) {
        if (!Grammar.isToken(name)) {
            throw new SipSyntaxException("parameter name is not a token");
        }
        value.ifPresent(Parameters::requireValue);
    }

    private Parameters with(String name, Optional<String> value) {
        requireParameter(name, value);
        List<Parameter> next = new ArrayList<>(parameters);
        next.removeIf(p -> p.name.equalsIgnoreCase(name));
        next.add(new Parameter(name, value));
        return new Parameters(next);
    }

    private static void requireValue(String value) {
        boolean whole = value.startsWith("\"")
                ? Grammar.closingQuote(value, 0) == value.length() - 1
                : Grammar.isParameterValue(value);
        if (!whole) {
            throw new SipSyntaxException("parameter value is neither token, host nor quoted string");
        }
    }

    /** With this parameter set to the value, which is a token, a host or already quoted. */
    public Parameters with(String name, String value) {
        return with(name, Optional.of(value));
    }

    /** With this parameter, and no value. */
    public Parameters withFlag(String name) {
        return with(name, Optional.empty());
    }

    /** With this parameter set to the text in quotes. */
    public Parameters withQuoted(String name, String text) {
        return with(name, quote(text));
    }

    /** Without this parameter. */
    public Parameters without(String name) {
        return new Parameters(
                parameters.stream().filter(p -> !p.name.equalsIgnoreCase(name)).toList());
    }

    /** Whether the parameter occurs, with or without a value. */
    public boolean has(String name) {
        return find(name).isPresent();
    }

    /** The parameter's value without its quotes; empty when it does not occur, or has no value. */
    public Optional<String> value(String name) {
        return find(name).flatMap(Parameter::value).map(Parameters::unquote);
    }

    private Optional<Parameter> find(String name) {
        for (Parameter parameter : parameters) {
            if (parameter.name.equalsIgnoreCase(name)) {
                return Optional.of(parameter);
            }
        }
        return Optional.empty();
    }

    static String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r' || c == '\n') {
                throw new SipSyntaxException("a quoted string cannot hold a line break");
            }
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.append('"').toString();
    }

    static String unquote(String value) {
        if (!value.startsWith("\"")) {
            return value;
        }
        if (value.indexOf('\\') < 0) {
            return value.substring(1, value.length() - 1);
        }
        StringBuilder text = new StringBuilder(value.length());
        for (int i = 1; i < value.length() - 1; i++) {
            char c = value.charAt(i);
            text.append(c == '\\' ? value.charAt(++i) : c);
        }
        return text.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Parameters that && parameters.equals(that.parameters);
    }

    @Override
    public int hashCode() {
        return parameters.hashCode();
    }

    /** As on the wire: each parameter behind a semicolon. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        parameters.forEach(p -> p.appendTo(text));
        return text.toString();
    }
}
