package org.sipoauth.cli.phone;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What a phone holds after a grant; {@code toString} shows neither token. */
record Tokens(String accessToken, Optional<String> refreshToken, Instant receivedAt, Instant expiresAt) {
    Duration lifetime() {
        return Duration.between(receivedAt, expiresAt);
    }

    boolean isExpired(Instant now) {
        return !now.isBefore(expiresAt);
    }

    /** With this refresh token if the answer brought none: the old one then stays in use (RFC 6749 §6). */
    Tokens orKeep(Optional<String> olderRefreshToken) {
        return new Tokens(accessToken, refreshToken.or(() -> olderRefreshToken), receivedAt, expiresAt);
    }

    @Override
    public String toString() {
        return "tokens received at " + receivedAt + ", access until " + expiresAt;
    }
}
