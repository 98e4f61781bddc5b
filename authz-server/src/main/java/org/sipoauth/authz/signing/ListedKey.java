package org.sipoauth.authz.signing;

import java.time.Instant;
import java.util.Optional;

/**
 * A key of the ring as administrators see it: nothing of it is secret.
 *
 * @param use {@code access_token_signing}, {@code access_token_encryption} or {@code refresh_token_authentication}
 * @param state {@code published}, {@code active}, {@code retired} or {@code revoked}
 * @param algorithm of a signing key, by its JOSE name
 * @param usableAt from when every verifier knows it
 * @param rotationDue of an active key: when its successor is to follow
 * @param removal of a retired or revoked key: when it leaves the ring
 */
public record ListedKey(
        String kid,
        String use,
        String state,
        Optional<String> algorithm,
        Instant publishedAt,
        Instant usableAt,
        Optional<Instant> activatedAt,
        Optional<Instant> endedAt,
        Optional<Instant> rotationDue,
        Optional<Instant> removal) {}
