package org.sipoauth.keys;

import java.time.Duration;

/**
 * When keys change, and how long the old ones stay. Checked as a whole: a policy that could strand a verifier does not
 * come into being, and the message names both sides of the conflict.
 *
 * @param algorithm of the next signing key
 * @param rotateEvery how long a key is {@code ACTIVE}
 * @param propagation how long a key is {@code PUBLISHED} before it may sign; at least {@code verifierRefresh} plus
 *     {@code jwkSetMaxAge}, so that every verifier has it
 * @param retention how long a retired signing or encryption key still counts; at least {@code accessTokenLifetime}
 *     plus {@code clockTolerance} plus {@code ringOutage}
 * @param accessTokenLifetime the longest an access token lives
 * @param refreshTokenLifetime the longest a refresh token family lives; retired refresh keys stay that much longer
 * @param clockTolerance how far a verifier's clock may be off
 * @param verifierRefresh the longest interval at which a verifier reads the JWK Set
 * @param jwkSetMaxAge how long a cache on the way may keep the JWK Set ({@code Cache-Control: max-age})
 * @param ringOutage how long a server may sign without having been able to read the ring
 */
public record RotationPolicy(
        SignatureAlgorithm algorithm,
        Duration rotateEvery,
        Duration propagation,
        Duration retention,
        Duration accessTokenLifetime,
        Duration refreshTokenLifetime,
        Duration clockTolerance,
        Duration verifierRefresh,
        Duration jwkSetMaxAge,
        Duration ringOutage) {

    public RotationPolicy {
        requirePositive("rotateEvery", rotateEvery);
        requirePositive("accessTokenLifetime", accessTokenLifetime);
        requirePositive("refreshTokenLifetime", refreshTokenLifetime);
        requirePositive("verifierRefresh", verifierRefresh);
        requireNotNegative("clockTolerance", clockTolerance);
        requireNotNegative("jwkSetMaxAge", jwkSetMaxAge);
        requireNotNegative("ringOutage", ringOutage);
        requireAtLeast(
                "propagation", propagation, "verifierRefresh + jwkSetMaxAge", verifierRefresh.plus(jwkSetMaxAge));
        requireAtLeast(
                "retention",
                retention,
                "accessTokenLifetime + clockTolerance + ringOutage",
                accessTokenLifetime.plus(clockTolerance).plus(ringOutage));
        requireAtLeast("rotateEvery", rotateEvery, "propagation", propagation);
    }

    /**
     * 90 days active, published 15 minutes ahead, retired keys kept two hours; tokens of 60 minutes and 60 days, clocks
     * off by a minute, verifiers that read every 5 minutes through caches of 5 minutes, ring unread for a minute.
     */
    public static RotationPolicy defaults() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** How long a retired key of this use still counts. */
    public Duration retention(KeyUse use) {
        return use == KeyUse.REFRESH_TOKEN_AUTHENTICATION
                ? refreshTokenLifetime.plus(clockTolerance).plus(ringOutage)
                : retention;
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be longer than zero");
        }
    }

    private static void requireNotNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " is " + value + "; it must not be negative");
        }
    }

    private static void requireAtLeast(String name, Duration value, String floorName, Duration floor) {
        if (value.compareTo(floor) < 0) {
            throw new IllegalArgumentException(name + " is " + value + ", shorter than " + floorName + ", which is "
                    + floor + ": raise the first or lower the second, else a verifier may meet a token whose key it"
                    + " cannot have");
        }
    }

    /** The defaults, one by one replaced; {@link #build} checks the whole. */
    public static final class Builder {
        private SignatureAlgorithm algorithm = SignatureAlgorithm.ES256;
        private Duration rotateEvery = Duration.ofDays(90);
        private Duration propagation = Duration.ofMinutes(15);
        private Duration retention = Duration.ofHours(2);
        private Duration accessTokenLifetime = Duration.ofMinutes(60);
        private Duration refreshTokenLifetime = Duration.ofDays(60);
        private Duration clockTolerance = Duration.ofMinutes(1);
        private Duration verifierRefresh = Duration.ofMinutes(5);
        private Duration jwkSetMaxAge = Duration.ofMinutes(5);
        private Duration ringOutage = Duration.ofMinutes(1);

        private Builder() {}

        public Builder algorithm(SignatureAlgorithm algorithm) {
            this.algorithm = algorithm;
            return this;
        }

        public Builder rotateEvery(Duration rotateEvery) {
            this.rotateEvery = rotateEvery;
            return this;
        }

        public Builder propagation(Duration propagation) {
            this.propagation = propagation;
            return this;
        }

        public Builder retention(Duration retention) {
            this.retention = retention;
            return this;
        }

        public Builder accessTokenLifetime(Duration accessTokenLifetime) {
            this.accessTokenLifetime = accessTokenLifetime;
            return this;
        }

        public Builder refreshTokenLifetime(Duration refreshTokenLifetime) {
            this.refreshTokenLifetime = refreshTokenLifetime;
            return this;
        }

        public Builder clockTolerance(Duration clockTolerance) {
            this.clockTolerance = clockTolerance;
            return this;
        }

        public Builder verifierRefresh(Duration verifierRefresh) {
            this.verifierRefresh = verifierRefresh;
            return this;
        }

        public Builder jwkSetMaxAge(Duration jwkSetMaxAge) {
            this.jwkSetMaxAge = jwkSetMaxAge;
            return this;
        }

        public Builder ringOutage(Duration ringOutage) {
            this.ringOutage = ringOutage;
            return this;
        }

        /** @throws IllegalArgumentException naming the two settings that contradict each other */
        public RotationPolicy build() {
            return new RotationPolicy(
                    algorithm,
                    rotateEvery,
                    propagation,
                    retention,
                    accessTokenLifetime,
                    refreshTokenLifetime,
                    clockTolerance,
                    verifierRefresh,
                    jwkSetMaxAge,
                    ringOutage);
        }
    }
}
