package org.sipoauth.cli.json;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A JSON object (RFC 8259) whose own names are unique. */
public final class JsonObject {
    private final Map<String, @Nullable Object> members;

    private JsonObject(Map<String, @Nullable Object> members) {
        this.members = members;
    }

    /** @throws ParseException if the text is anything but one JSON object */
    public static JsonObject parse(String text) throws ParseException {
        if (!text.stripLeading().startsWith("{")) { // the parser below takes an array of pairs for an object
            throw new ParseException("not a JSON object", 0);
        }
        return new JsonObject(JSONObjectUtils.parse(text));
    }

    /** The object as text, on one line. */
    public String toJson() {
        return JSONObjectUtils.toJSONString(members);
    }

    /** The members in the order of the text. */
    public Map<String, @Nullable Object> members() {
        return members;
    }

    /** Empty if there is no such member or it is no string. */
    public Optional<String> string(String name) {
        return members.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** Empty if there is no such member or it is no number. */
    public Optional<Long> integer(String name) {
        return members.get(name) instanceof Number number ? Optional.of(number.longValue()) : Optional.empty();
    }

    /** The objects of an array; empty if there is no such member or it is no array. */
    public List<JsonObject> objects(String name) {
        return members.get(name) instanceof List<?> list
                ? list.stream().flatMap(element -> object(element).stream()).toList()
                : List.of();
    }

    /** Empty if there is no such member or it is no object. */
    public Optional<JsonObject> object(String name) {
        return object(members.get(name));
    }

    private static Optional<JsonObject> object(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return Optional.empty();
        }
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((key, member) -> copy.put(String.valueOf(key), member));
        return Optional.of(new JsonObject(copy));
    }

    /** The strings of an array; empty if there is no such member or it is no array. */
    public List<String> strings(String name) {
        return members.get(name) instanceof List<?> list
                ? list.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()
                : List.of();
    }
}
