package org.sipoauth.verifier;

import java.time.Duration;

/**
 * What a token must say to be meant for this server. There is no "any".
 *
 * @param issuer the one {@code iss}, compared character by character (RFC 9068 §4)
 * @param audience the name of this SIP platform, which {@code aud} must hold (RFC 9068 §4)
 * @param clockTolerance how far the issuer's clock and ours may differ, at most 5 minutes (RFC 7519 §4.1.4)
 * @param statusRequired whether to refuse tokens without {@code status}, which no revocation ends; see
 *     {@link #requiringStatus}
 */
public record Expectations(String issuer, String audience, Duration clockTolerance, boolean statusRequired) {
    private static final Duration MAX_TOLERANCE = Duration.ofMinutes(5);

    /** @throws IllegalArgumentException if issuer or audience is blank, or the tolerance is negative or of more than 5 minutes */
    public Expectations {
        requireText("issuer", issuer);
        requireText("audience", audience);
        if (clockTolerance.isNegative() || clockTolerance.compareTo(MAX_TOLERANCE) > 0) {
            throw new IllegalArgumentException("clockTolerance must be from 0 to 5 minutes");
        }
    }

    /** Takes tokens without {@code status}, too: those of services, which belong to no login. */
    public Expectations(String issuer, String audience, Duration clockTolerance) {
        this(issuer, audience, clockTolerance, false);
    }

    /** The same, of tokens whose status can be looked up. */
    public Expectations requiringStatus() {
        return new Expectations(issuer, audience, clockTolerance, true);
    }

    private static void requireText(String name, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(name + " must not be blank");
        }
    }
}
