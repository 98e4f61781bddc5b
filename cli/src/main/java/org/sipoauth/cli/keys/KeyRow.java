package org.sipoauth.cli.keys;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sipoauth.cli.json.JsonObject;
import org.sipoauth.keys.KeyState;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.RingKey;

/**
 * A key as it is shown.
 *
 * @param algorithm of a signing key
 */
record KeyRow(
        String kid,
        Use use,
        KeyState state,
        Optional<String> algorithm,
        Instant publishedAt,
        Optional<Instant> activatedAt,
        Optional<Instant> endedAt) {

    static KeyRow of(RingKey key) {
        return new KeyRow(
                key.id().value(),
                Use.of(key.use()),
                key.state(),
                key.use() == KeyUse.ACCESS_TOKEN_SIGNING
                        ? Optional.of(key.algorithm().joseName())
                        : Optional.empty(),
                key.publishedAt(),
                key.activatedAt(),
                key.endedAt());
    }

    /** @throws RuntimeException if a member is missing or has an unknown value */
    static KeyRow of(JsonObject json) {
        return new KeyRow(
                json.string("kid").orElseThrow(),
                Use.of(KeyUse.valueOf(json.string("use").orElseThrow().toUpperCase(Locale.ROOT))),
                KeyState.valueOf(json.string("state").orElseThrow().toUpperCase(Locale.ROOT)),
                json.string("alg"),
                Instant.parse(json.string("published_at").orElseThrow()),
                json.string("activated_at").map(Instant::parse),
                json.string("ended_at").map(Instant::parse));
    }

    /** In the form of the administration interface. */
    Map<String, Object> json() {
        Map<String, Object> json = new TreeMap<>();
        json.put("kid", kid);
        json.put("use", use.keyUse().name().toLowerCase(Locale.ROOT));
        json.put("state", state.name().toLowerCase(Locale.ROOT));
        json.put("published_at", publishedAt.toString());
        algorithm.ifPresent(alg -> json.put("alg", alg));
        activatedAt.ifPresent(at -> json.put("activated_at", at.toString()));
        endedAt.ifPresent(at -> json.put("ended_at", at.toString()));
        return json;
    }
}
