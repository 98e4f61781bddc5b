package org.sipoauth.keys;

/** What a key of the ring is for. Each use has its own active key and rotates on its own. */
public enum KeyUse {
    /** Signs access tokens; asymmetric, its public half is in the JWK Set. */
    ACCESS_TOKEN_SIGNING,
    /** Encrypts nested access tokens ({@code dir} with {@code A256GCM}); symmetric, 256 bits. */
    ACCESS_TOKEN_ENCRYPTION,
    /** Authenticates refresh tokens (HMAC with SHA-256); symmetric, 256 bits, never leaves the authorization server. */
    REFRESH_TOKEN_AUTHENTICATION;

    boolean isSymmetric() {
        return this != ACCESS_TOKEN_SIGNING;
    }
}
