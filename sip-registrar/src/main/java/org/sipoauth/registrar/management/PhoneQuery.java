package org.sipoauth.registrar.management;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which phone is asked for: {@code ?device=CSFALICE&aor=sip:1001@example.com}, each compared whole.
 *
 * @param device of its token, or, of a refused request, of its contacts; empty: any, or none
 * @param addressOfRecord as the answers write it; empty: any
 */
public record PhoneQuery(Optional<String> device, Optional<String> addressOfRecord) {
    public static final PhoneQuery ANY = new PhoneQuery(Optional.empty(), Optional.empty());

    private static final Set<String> NAMES = Set.of("device", "aor");

    /** @return empty if it says anything else, or one of them twice: ignored, it would widen the answer */
    static Optional<PhoneQuery> parse(@Nullable String query) {
        Map<String, String> values = new HashMap<>();
        if (query != null && !query.isEmpty()) {
            for (String parameter : query.split("&", -1)) {
                int equals = parameter.indexOf('=');
                if (equals < 0
                        || !NAMES.contains(parameter.substring(0, equals))
                        || values.put(parameter.substring(0, equals), decoded(parameter.substring(equals + 1)))
                                != null) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(
                new PhoneQuery(Optional.ofNullable(values.get("device")), Optional.ofNullable(values.get("aor"))));
    }

    /** A plus is a plus, as in a telephone number. The JDK's server takes no request with an escape that is none. */
    private static String decoded(String value) {
        return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
