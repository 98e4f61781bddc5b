package org.sipoauth.cli.phone;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.sipoauth.cli.json.JsonObject;
import org.sipoauth.cli.token.UnverifiedToken;
import org.sipoauth.registrar.sip.SipSyntaxException;
import org.sipoauth.registrar.sip.SipUri;

/** What a phone holds after a grant; {@code toString} shows neither token. */
record Tokens(String accessToken, Optional<String> refreshToken, Instant receivedAt, Instant expiresAt) {
    Duration lifetime() {
        return Duration.between(receivedAt, expiresAt);
    }

    boolean isExpired(Instant now) {
        return !now.isBefore(expiresAt);
    }

    /**
     * The user of the first address-of-record that the access token names, if it is one that can be read. The token is the
     * phone's own: that it reads it unverified decides nothing but what it asks for.
     */
    Optional<String> sipUser() {
        try {
            return UnverifiedToken.parse(accessToken).claims().flatMap(Tokens::sipUser);
        } catch (UnverifiedToken.NotAToken opaque) {
            return Optional.empty();
        }
    }

    /** That of an access token's claims. */
    static Optional<String> sipUser(JsonObject claims) {
        try {
            return claims.strings("aor").stream()
                    .findFirst()
                    .flatMap(address -> SipUri.parse(address).user());
        } catch (SipSyntaxException unreadable) {
            return Optional.empty();
        }
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
