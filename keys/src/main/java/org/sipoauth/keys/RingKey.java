package org.sipoauth.keys;

import static java.util.Objects.requireNonNull;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * One key of a {@link KeyRing} with its place in its life. Immutable. It works for its owner ({@link #sign},
 * {@link #mac}) and hands its private or secret part to nobody; {@link #toString} prints the key id.
 */
public final class RingKey {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SYMMETRIC_KEY_BYTES = 32;

    private final KeyId id;
    private final KeyUse use;
    private final KeyState state;
    private final Instant publishedAt;
    private final @Nullable Instant activatedAt;
    private final @Nullable Instant endedAt;
    private final @Nullable JWK jwk; // null: a revoked symmetric key, of which nothing is left
    private final KeyVault.@Nullable Signer signer; // null: signs nothing

    RingKey(
            KeyUse use,
            KeyState state,
            KeyId id,
            Instant publishedAt,
            @Nullable Instant activatedAt,
            @Nullable Instant endedAt,
            @Nullable JWK jwk,
            KeyVault.@Nullable Signer signer) {
        this.id = requireNonNull(id);
        this.use = requireNonNull(use);
        this.state = requireNonNull(state);
        this.publishedAt = requireNonNull(publishedAt);
        this.activatedAt = activatedAt;
        this.endedAt = endedAt;
        this.jwk = jwk;
        this.signer = signer;
        requireConsistent();
    }

    /** A new key with fresh material, {@code PUBLISHED} at {@code now}; {@code algorithm} counts for signing only. */
    static RingKey generate(KeyUse use, SignatureAlgorithm algorithm, KeyVault vault, Instant now) {
        JWK jwk = use.isSymmetric() ? symmetricKey() : vault.generate(algorithm);
        KeyVault.Signer signer = use.isSymmetric() ? null : vault.signer(jwk);
        return new RingKey(use, KeyState.PUBLISHED, new KeyId(jwk.getKeyID()), now, null, null, jwk, signer);
    }

    private static JWK symmetricKey() {
        byte[] id = new byte[8];
        byte[] secret = new byte[SYMMETRIC_KEY_BYTES];
        RANDOM.nextBytes(id);
        RANDOM.nextBytes(secret);
        return new OctetSequenceKey.Builder(secret)
                .keyID(Base64.getUrlEncoder().withoutPadding().encodeToString(id))
                .build();
    }

    public KeyId id() {
        return id;
    }

    public KeyUse use() {
        return use;
    }

    public KeyState state() {
        return state;
    }

    public Instant publishedAt() {
        return publishedAt;
    }

    /** When it became {@code ACTIVE}; empty if it never was. */
    public Optional<Instant> activatedAt() {
        return Optional.ofNullable(activatedAt);
    }

    /** When it was retired or revoked; empty if it was not. */
    public Optional<Instant> endedAt() {
        return Optional.ofNullable(endedAt);
    }

    /**
     * The algorithm of a signing key.
     *
     * @throws IllegalStateException if this is a symmetric key
     */
    public SignatureAlgorithm algorithm() {
        return SignatureAlgorithm.of(requireSigningKey());
    }

    /**
     * The public half of a signing key, with {@code kid}, {@code alg} and {@code use} (RFC 7517 §4).
     *
     * @throws IllegalStateException if this is a symmetric key, which has no public half
     */
    public JWK publicJwk() {
        return requireSigningKey().toPublicJWK();
    }

    /**
     * Signs a JWS Signing Input (RFC 7515 §5.1).
     *
     * @return the signature in JWS form, before base64url
     * @throws IllegalStateException unless this is the {@code ACTIVE} signing key
     */
    public byte[] sign(byte[] signingInput) {
        if (state != KeyState.ACTIVE || signer == null) {
            throw new IllegalStateException("key " + id + " is " + state + " and signs nothing");
        }
        return signer.sign(signingInput);
    }

    /**
     * HMAC with SHA-256 (RFC 2104) under a {@link KeyUse#REFRESH_TOKEN_AUTHENTICATION} key, {@code ACTIVE} or
     * {@code RETIRED}: refresh tokens outlive several rotations.
     *
     * @return 32 bytes
     * @throws IllegalStateException if the key has another use, or is {@code PUBLISHED} or {@code REVOKED}
     */
    public byte[] mac(byte[] input) {
        boolean mayWork = state == KeyState.ACTIVE || state == KeyState.RETIRED;
        if (use != KeyUse.REFRESH_TOKEN_AUTHENTICATION || !mayWork || !(jwk instanceof OctetSequenceKey secret)) {
            throw new IllegalStateException("key " + id + " (" + use + ", " + state + ") authenticates nothing");
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.toByteArray(), "HmacSHA256"));
            return mac.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no HmacSHA256", e);
        }
    }

    RingKey activate(Instant now) {
        return new RingKey(use, KeyState.ACTIVE, id, publishedAt, now, null, jwk, signer);
    }

    RingKey retire(Instant now) {
        return new RingKey(
                use, KeyState.RETIRED, id, publishedAt, activatedAt, now, use.isSymmetric() ? jwk : publicJwk(), null);
    }

    RingKey revoke(Instant now) {
        return new RingKey(
                use, KeyState.REVOKED, id, publishedAt, activatedAt, now, use.isSymmetric() ? null : publicJwk(), null);
    }

    /** The whole key, private part included; only {@link RingDocument} asks. */
    Optional<JWK> material() {
        return Optional.ofNullable(jwk);
    }

    private JWK requireSigningKey() {
        if (use.isSymmetric() || jwk == null) {
            throw new IllegalStateException("key " + id + " is for " + use + " and has no public half");
        }
        return jwk;
    }

    private void requireConsistent() {
        boolean ended = state == KeyState.RETIRED || state == KeyState.REVOKED;
        boolean hasPrivatePart = signer != null || (jwk != null && jwk.isPrivate());
        boolean needsPrivatePart = !ended || (use.isSymmetric() && state == KeyState.RETIRED);
        if (ended != (endedAt != null)
                || (state == KeyState.ACTIVE && activatedAt == null)
                || hasPrivatePart != needsPrivatePart
                || (jwk == null && !use.isSymmetric())
                || (jwk != null && !id.value().equals(jwk.getKeyID()))
                || (jwk != null && use.isSymmetric() != (jwk instanceof OctetSequenceKey))) {
            throw new IllegalArgumentException("key " + id + " (" + use + ") contradicts its state " + state);
        }
        if (!use.isSymmetric() && !id.value().equals(thumbprint(requireSigningKey()))) {
            throw new IllegalArgumentException("key " + id + " is not named by its thumbprint (RFC 7638)");
        }
    }

    private static String thumbprint(JWK jwk) {
        try {
            return jwk.computeThumbprint().toString();
        } catch (JOSEException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return id + " (" + use + ", " + state + ")";
    }
}
