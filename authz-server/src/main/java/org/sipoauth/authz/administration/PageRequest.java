package org.sipoauth.authz.administration;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.springframework.http.HttpStatus;
import org.springframework.util.MultiValueMap;

/**
 * Which part of a collection is asked for: {@code ?limit=…&after=…}.
 *
 * @param limit 1 to 1,000
 * @param after the name that the page before ended with
 */
public record PageRequest(int limit, Optional<String> after) {
    private static final int USUAL_LIMIT = 100;
    private static final int GREATEST_LIMIT = 1000;

    /**
     * @param filters the parameters beside these two, each at most once
     * @throws RequestRefused if there are others: ignored, they would widen the answer
     */
    public static PageRequest of(MultiValueMap<String, String> parameters, Set<String> filters) {
        int limit = USUAL_LIMIT;
        Optional<String> after = Optional.empty();
        for (Map.Entry<String, List<String>> parameter : parameters.entrySet()) {
            String name = parameter.getKey();
            String value =
                    parameter.getValue().size() == 1 ? parameter.getValue().get(0) : "";
            if (value.isEmpty()) {
                throw refusal(filters);
            }
            switch (name) {
                case "limit" -> limit = limit(value, filters);
                case "after" -> after = Optional.of(cursorName(value));
                default -> {
                    if (!filters.contains(name)) {
                        throw refusal(filters);
                    }
                }
            }
        }
        return new PageRequest(limit, after);
    }

    /**
     * The part for this page of a short collection that is read as a whole.
     *
     * @param name of one of them; no two have the same
     * @throws RequestRefused if what the page before ended with is there no more
     */
    public <T> List<T> part(List<T> whole, Function<? super T, String> name) {
        int from = 0;
        if (after.isPresent()) {
            from = whole.stream().map(name).toList().indexOf(after.get()) + 1;
            if (from == 0) {
                throw new RequestRefused(
                        HttpStatus.BAD_REQUEST,
                        "what the page before ended with is there no more; begin without after");
            }
        }
        return whole.subList(from, Math.min(whole.size(), from + limit));
    }

    /**
     * The answer: the resources under their plural and, unless this is the last page, the cursor for {@code after}.
     *
     * @param names those that were read for this page, in order, whether or not each still stands for a resource
     */
    public Map<String, Object> answer(String plural, List<? extends Map<String, ?>> resources, List<String> names) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(plural, resources);
        if (names.size() == limit) {
            json.put("next", cursor(names.get(limit - 1)));
        }
        return json;
    }

    private static int limit(String value, Set<String> filters) {
        try {
            int limit = Integer.parseInt(value);
            if (limit >= 1 && limit <= GREATEST_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException noNumber) {
            // refused below
        }
        throw refusal(filters);
    }

    private static String cursor(String name) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    private static String cursorName(String cursor) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(cursor);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException forged) {
            throw new RequestRefused(
                    HttpStatus.BAD_REQUEST, "after is to be the next of the page before, unchanged; begin without it");
        }
    }

    private static RequestRefused refusal(Set<String> filters) {
        return new RequestRefused(
                HttpStatus.BAD_REQUEST,
                "parameters, each at most once and with a value: limit, 1 to " + GREATEST_LIMIT
                        + "; after, the next of the page before"
                        + (filters.isEmpty()
                                ? ""
                                : "; "
                                        + String.join(
                                                ", ", filters.stream().sorted().toList())));
    }
}
