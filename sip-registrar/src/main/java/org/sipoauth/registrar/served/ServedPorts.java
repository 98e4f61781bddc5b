package org.sipoauth.registrar.served;

import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * The OAuth ports of a platform's nodes as its server shows them. They have no time: phones are sent where the server says
 * now, so that its last word is the right one even if it has come back from a backup.
 *
 * @param nodes by name, in small letters
 */
public record ServedPorts(Map<String, Ports> nodes) implements Served {
    /**
     * Those of one node.
     *
     * @param oauth for phones on premises
     * @param mra for edges
     */
    public record Ports(int oauth, int mra) {}

    static final ServedPorts UNKNOWN = new ServedPorts(Map.of());
    static final int MAX_BYTES = 64 * 1024;

    private static final int HIGHEST = 65_535;

    public ServedPorts {
        nodes = Map.copyOf(nodes);
    }

    @Override
    public Optional<Instant> changedAt() {
        return Optional.empty();
    }

    /** Empty where the server lists no node of that name, compared without regard to case. */
    public Optional<Ports> of(String node) {
        return Optional.ofNullable(nodes.get(node.toLowerCase(Locale.ROOT)));
    }

    @Override
    public String toString() {
        return "the ports of " + nodes.size() + " nodes";
    }

    /**
     * Reads the JSON object that {@code authz-server} serves: {@code nodes}, an array of objects with {@code name},
     * {@code sip_oauth_port} and {@code sip_mra_oauth_port}. Passes over members that it does not know.
     *
     * @throws IllegalArgumentException if it is anything else, or cut short
     */
    static ServedPorts parse(byte[] document) {
        try (JsonParser json = ServedEdges.JSON.createParser(ObjectReadContext.empty(), document)) {
            expect(json.nextToken() == JsonToken.START_OBJECT);
            Optional<Map<String, Ports>> nodes = Optional.empty();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = json.currentName();
                JsonToken value = json.nextToken();
                if (member.equals("nodes")) {
                    expect(value == JsonToken.START_ARRAY);
                    nodes = Optional.of(nodes(json));
                } else {
                    json.skipChildren();
                }
            }
            expect(json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null && nodes.isPresent());
            return new ServedPorts(nodes.orElseThrow());
        } catch (JacksonException malformed) {
            throw new IllegalArgumentException("not the ports of nodes: " + malformed.getMessage());
        }
    }

    private static Map<String, Ports> nodes(JsonParser json) {
        Map<String, Ports> nodes = new HashMap<>();
        for (JsonToken node = json.nextToken(); node != JsonToken.END_ARRAY; node = json.nextToken()) {
            expect(node == JsonToken.START_OBJECT);
            String name = "";
            int oauth = 0;
            int mra = 0;
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = json.currentName();
                JsonToken value = json.nextToken();
                switch (member) {
                    case "name" -> {
                        expect(value == JsonToken.VALUE_STRING);
                        name = json.getString().toLowerCase(Locale.ROOT);
                    }
                    case "sip_oauth_port" -> oauth = port(json, value);
                    case "sip_mra_oauth_port" -> mra = port(json, value);
                    default -> json.skipChildren();
                }
            }
            expect(json.currentToken() == JsonToken.END_OBJECT
                    && !name.isEmpty()
                    && oauth > 0
                    && mra > 0
                    && oauth != mra);
            expect(nodes.put(name, new Ports(oauth, mra)) == null);
        }
        return nodes;
    }

    private static int port(JsonParser json, JsonToken value) {
        expect(value == JsonToken.VALUE_NUMBER_INT);
        int port = json.getIntValue();
        expect(port >= 1 && port <= HIGHEST);
        return port;
    }

    private static void expect(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("not the ports of nodes: it lacks nodes, each with a name of its own,"
                    + " sip_oauth_port and sip_mra_oauth_port");
        }
    }
}
