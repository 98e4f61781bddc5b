package org.sipoauth.authz.parameter;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What values a parameter takes, and how JSON has them. */
sealed interface Kind<T> {

    /** @throws IllegalArgumentException that says what to send, and names the parameter */
    T read(String parameter, @Nullable Object json);

    Object json(T value);

    /** What the value may be, as members of the parameter's own object. */
    Map<String, Object> range();

    /**
     * A whole number of minutes or days.
     *
     * @param whyNoMore empty if the maximum is the parameter's own, and not due to this server's settings
     */
    record Span(ChronoUnit unit, long minimum, long maximum, String whyNoMore) implements Kind<Duration> {

        @Override
        public Duration read(String parameter, @Nullable Object json) {
            if (json instanceof Integer number && number >= minimum && number <= maximum) {
                return Duration.of(number, unit);
            }
            throw new IllegalArgumentException("%s is a whole number of %s from %d to %d: send {\"value\":%d}%s"
                    .formatted(parameter, unitName(), minimum, maximum, maximum, whyNoMore));
        }

        /** A number; one with a fraction only where the settings say so. */
        @Override
        public Object json(Duration value) {
            long whole = value.dividedBy(unit.getDuration());
            if (unit.getDuration().multipliedBy(whole).equals(value)) {
                return whole;
            }
            return value.toMillis() / (double) unit.getDuration().toMillis();
        }

        @Override
        public Map<String, Object> range() {
            Map<String, Object> range = new LinkedHashMap<>();
            range.put("unit", unitName());
            range.put("minimum", minimum);
            range.put("maximum", maximum);
            return range;
        }

        private String unitName() {
            return unit.toString().toLowerCase(Locale.ROOT);
        }
    }

    /** On or off. */
    record Switch() implements Kind<Boolean> {
        private static final String ON = "enabled";
        private static final String OFF = "disabled";

        @Override
        public Boolean read(String parameter, @Nullable Object json) {
            if (ON.equals(json) || OFF.equals(json)) {
                return ON.equals(json);
            }
            throw new IllegalArgumentException(
                    parameter + " is a switch: send {\"value\":\"enabled\"} or {\"value\":\"disabled\"}");
        }

        @Override
        public Object json(Boolean value) {
            return value ? ON : OFF;
        }

        @Override
        public Map<String, Object> range() {
            return Map.of("values", List.of(ON, OFF));
        }
    }

    /**
     * Redirect URIs, compared exactly (RFC 9700 §2.1): https; http of a loopback address, for which any port may be asked
     * (RFC 8252 §7.3); or a scheme of the app's own, which has a dot (RFC 8252 §7.1).
     */
    record RedirectUris() implements Kind<List<String>> {
        private static final int MOST = 100;
        private static final int LONGEST = 2_000;
        private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7e&&[^*\\\\\"<>^`{|}]]+");
        private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]");

        @Override
        public List<String> read(String parameter, @Nullable Object json) {
            if (!(json instanceof List<?> list) || list.size() > MOST) {
                throw new IllegalArgumentException("%s is a list of at most %d addresses: send %s"
                        .formatted(parameter, MOST, "{\"value\":[\"https://app.example.com/callback\"]}"));
            }
            List<String> uris = new ArrayList<>();
            for (Object element : list) {
                if (!(element instanceof String uri) || !isRedirectUri(uri)) {
                    throw new IllegalArgumentException(
                            ("element %d of %s is no redirect URI: send an https address, an http"
                                            + " address of 127.0.0.1 or [::1], or one with a scheme such as com.example.app,"
                                            + " without fragment, user or wildcard, of at most %d characters")
                                    .formatted(uris.size(), parameter, LONGEST));
                }
                if (uris.contains(uri)) {
                    throw new IllegalArgumentException("%s has %s twice: send it once".formatted(parameter, uri));
                }
                uris.add(uri);
            }
            return List.copyOf(uris);
        }

        private static boolean isRedirectUri(String text) {
            if (text.length() > LONGEST || !PRINTABLE.matcher(text).matches()) {
                return false;
            }
            try {
                URI uri = new URI(text);
                if (!uri.isAbsolute() || uri.getRawFragment() != null || uri.getRawUserInfo() != null) {
                    return false;
                }
                return switch (uri.getScheme().toLowerCase(Locale.ROOT)) {
                    case "https" -> uri.getHost() != null;
                    case "http" -> uri.getHost() != null && LOOPBACK.contains(uri.getHost());
                    default -> uri.getScheme().contains(".");
                };
            } catch (URISyntaxException malformed) {
                return false;
            }
        }

        @Override
        public Object json(List<String> value) {
            return value;
        }

        @Override
        public Map<String, Object> range() {
            return Map.of("maximum_length", MOST);
        }
    }
}
