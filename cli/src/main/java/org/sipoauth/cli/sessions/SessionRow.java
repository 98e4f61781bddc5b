package org.sipoauth.cli.sessions;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.json.JsonObject;

/**
 * A login as it is shown.
 *
 * @param device empty for a login that registers no phone
 * @param lastRefresh empty if it was never refreshed
 * @param generation of its newest refresh token, from 1
 */
record SessionRow(
        String id,
        String user,
        Optional<String> device,
        String client,
        List<String> scopes,
        Instant begun,
        Instant end,
        Optional<Instant> lastRefresh,
        long generation,
        Optional<Instant> revokedAt,
        Optional<String> revokedBecause) {

    /** @throws org.sipoauth.cli.console.CommandFailure if a member is missing or has an unknown form */
    static SessionRow of(JsonObject json) {
        try {
            Optional<JsonObject> revoked = json.object("revoked");
            return new SessionRow(
                    json.string("id").orElseThrow(),
                    json.string("user").orElseThrow(),
                    json.string("device"),
                    json.string("client").orElseThrow(),
                    json.strings("scopes"),
                    Instant.parse(json.string("begun").orElseThrow()),
                    Instant.parse(json.string("end").orElseThrow()),
                    json.string("last_refresh").map(Instant::parse),
                    json.integer("generation").orElseThrow(),
                    revoked.flatMap(at -> at.string("at")).map(Instant::parse),
                    revoked.flatMap(why -> why.string("reason")));
        } catch (RuntimeException malformed) {
            throw AdminApi.notAServer();
        }
    }

    String state() {
        return revokedAt.isPresent() ? "revoked" : "live";
    }
}
