package org.sipoauth.registrar.served;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * The SIP OAuth mode as its server shows it.
 *
 * @param changedAt empty where it is what the server's own settings say
 */
public record ServedMode(Optional<Instant> changedAt, boolean enabled) implements Served {
    static final ServedMode UNKNOWN = new ServedMode(Optional.empty(), false);
    static final int MAX_BYTES = 4096;

    @Override
    public String toString() {
        return "SIP OAuth mode " + (enabled ? "enabled" : "disabled")
                + changedAt.map(at -> ", since " + at).orElse("");
    }

    /**
     * Reads the JSON object that {@code authz-server} serves: {@code mode}, {@code enabled} or {@code disabled}, and
     * {@code changed_at}, an instant. Passes over members that it does not know.
     *
     * @throws IllegalArgumentException if it is anything else, or cut short
     */
    static ServedMode parse(byte[] document) {
        try (JsonParser json = ServedEdges.JSON.createParser(ObjectReadContext.empty(), document)) {
            expect(json.nextToken() == JsonToken.START_OBJECT);
            Optional<Instant> changedAt = Optional.empty();
            Optional<String> mode = Optional.empty();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = json.currentName();
                JsonToken value = json.nextToken();
                if (member.equals("changed_at")) {
                    expect(value == JsonToken.VALUE_STRING);
                    changedAt = Optional.of(Instant.parse(json.getString()));
                } else if (member.equals("mode")) {
                    expect(value == JsonToken.VALUE_STRING);
                    mode = Optional.of(json.getString());
                } else {
                    json.skipChildren();
                }
            }
            expect(json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null);
            expect(mode.filter(word -> word.equals("enabled") || word.equals("disabled"))
                    .isPresent());
            return new ServedMode(changedAt, mode.equals(Optional.of("enabled")));
        } catch (JacksonException | DateTimeException malformed) {
            throw new IllegalArgumentException("not a SIP OAuth mode: " + malformed.getMessage());
        }
    }

    private static void expect(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("not a SIP OAuth mode: it lacks mode, enabled or disabled");
        }
    }
}
