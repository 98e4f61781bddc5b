package org.sipoauth.registrar.served;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * A list of edges as its server shows it.
 *
 * @param changedAt empty where nobody has ever set the list, or the server has lost it; then it has no edges, and is no
 *     reason to turn any away
 * @param certificateNames of all edges; none, where the list has been emptied
 */
public record ServedEdges(Optional<Instant> changedAt, Set<String> certificateNames) implements Served {
    static final ServedEdges NONE = new ServedEdges(Optional.empty(), Set.of());
    static final int MAX_BYTES = 2 * 1024 * 1024;

    static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(8).build())
            .build();

    public ServedEdges {
        certificateNames = Set.copyOf(certificateNames);
    }

    @Override
    public String toString() {
        return "the list of edges " + changedAt.map(at -> "of " + at).orElse("that nobody has set") + ", "
                + certificateNames.size() + " names";
    }

    /**
     * Reads the JSON object that {@code authz-server} serves: {@code changed_at}, an instant, and {@code edges}, an array
     * of objects with {@code certificate_names}. Passes over members that it does not know.
     *
     * @throws IllegalArgumentException if it is anything else, or cut short
     */
    static ServedEdges parse(byte[] document) {
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), document)) {
            expect(json.nextToken(), JsonToken.START_OBJECT);
            Optional<Instant> changedAt = Optional.empty();
            @Nullable Set<String> names = null;
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = json.currentName();
                JsonToken value = json.nextToken();
                if (member.equals("changed_at")) {
                    expect(value, JsonToken.VALUE_STRING);
                    changedAt = Optional.of(Instant.parse(json.getString()));
                } else if (member.equals("edges")) {
                    expect(value, JsonToken.START_ARRAY);
                    names = edges(json);
                } else {
                    json.skipChildren();
                }
            }
            expect(json.nextToken(), null);
            if (names == null || changedAt.isEmpty() && !names.isEmpty()) {
                throw new IllegalArgumentException("not a list of edges: it lacks edges or changed_at");
            }
            return new ServedEdges(changedAt, names);
        } catch (JacksonException | DateTimeException malformed) {
            throw new IllegalArgumentException("not a list of edges: " + malformed.getMessage());
        }
    }

    private static Set<String> edges(JsonParser json) {
        Set<String> names = new HashSet<>();
        for (JsonToken edge = json.nextToken(); edge != JsonToken.END_ARRAY; edge = json.nextToken()) {
            expect(edge, JsonToken.START_OBJECT);
            boolean named = false;
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = json.currentName();
                JsonToken value = json.nextToken();
                if (member.equals("certificate_names")) {
                    expect(value, JsonToken.START_ARRAY);
                    named = names(json, names);
                } else {
                    json.skipChildren();
                }
            }
            if (!named) {
                throw new IllegalArgumentException("not a list of edges: one has no certificate_names");
            }
        }
        return names;
    }

    /** Whether there was one. */
    private static boolean names(JsonParser json, Set<String> names) {
        boolean any = false;
        for (JsonToken name = json.nextToken(); name != JsonToken.END_ARRAY; name = json.nextToken()) {
            expect(name, JsonToken.VALUE_STRING);
            if (json.getString().isBlank()) {
                throw new IllegalArgumentException("not a list of edges: a name is blank");
            }
            names.add(json.getString());
            any = true;
        }
        return any;
    }

    private static void expect(@Nullable JsonToken found, @Nullable JsonToken wanted) {
        if (found != wanted) {
            throw new IllegalArgumentException("not a list of edges: " + found + " where " + wanted + " belongs");
        }
    }
}
