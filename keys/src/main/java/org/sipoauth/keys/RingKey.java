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
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * One key of a {@link KeyRing} with its place in its life. Immutable. It works for its owner ({@link #sign},
 * {@link #mac}) and hands its private or secret part to nobody; {@link #toString} prints the key id. In memory that part
 * exists as the JDK's key objects alone, never as text: text is what people find when they search a dump.
 */
public final class RingKey {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String MAC = "HmacSHA256";
    private static final int SYMMETRIC_KEY_BYTES = 32;

    private final KeyId id;
    private final KeyUse use;
    private final KeyState state;
    private final Instant publishedAt;
    private final @Nullable Instant activatedAt;
    private final @Nullable Instant endedAt;
    private final @Nullable JWK publicJwk; // null: a symmetric key
    private final KeyVault.@Nullable Signer signer; // null: signs nothing
    private final @Nullable SecretKey secret; // null: a signing key, or a revoked one of which nothing is left

    /** @param jwk what is known of the key; a revoked symmetric key has none */
    RingKey(
            KeyUse use,
            KeyState state,
            KeyId id,
            Instant publishedAt,
            @Nullable Instant activatedAt,
            @Nullable Instant endedAt,
            @Nullable JWK jwk,
            KeyVault.@Nullable Signer signer) {
        this(use, state, id, publishedAt, activatedAt, endedAt, publicPart(use, jwk), signer, secret(jwk));
        requireNamedAfter(jwk);
    }

    private RingKey(
            KeyUse use,
            KeyState state,
            KeyId id,
            Instant publishedAt,
            @Nullable Instant activatedAt,
            @Nullable Instant endedAt,
            @Nullable JWK publicJwk,
            KeyVault.@Nullable Signer signer,
            @Nullable SecretKey secret) {
        this.id = requireNonNull(id);
        this.use = requireNonNull(use);
        this.state = requireNonNull(state);
        this.publishedAt = requireNonNull(publishedAt);
        this.activatedAt = activatedAt;
        this.endedAt = endedAt;
        this.publicJwk = publicJwk;
        this.signer = signer;
        this.secret = secret;
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
        return requireSigningKey();
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
        if (use != KeyUse.REFRESH_TOKEN_AUTHENTICATION || !mayWork || secret == null) {
            throw new IllegalStateException("key " + id + " (" + use + ", " + state + ") authenticates nothing");
        }
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(secret);
            return mac.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + MAC, e);
        }
    }

    RingKey activate(Instant now) {
        return new RingKey(use, KeyState.ACTIVE, id, publishedAt, now, null, publicJwk, signer, secret);
    }

    RingKey retire(Instant now) {
        return new RingKey(use, KeyState.RETIRED, id, publishedAt, activatedAt, now, publicJwk, null, secret);
    }

    RingKey revoke(Instant now) {
        return new RingKey(use, KeyState.REVOKED, id, publishedAt, activatedAt, now, publicJwk, null, null);
    }

    /** The whole key, private part included; only {@link RingDocument} asks. */
    Optional<JWK> material() {
        if (secret != null) {
            return Optional.of(new OctetSequenceKey.Builder(secret.getEncoded())
                    .keyID(id.value())
                    .build());
        }
        if (publicJwk != null && signer instanceof RingVault.RingSigner inRing) {
            return Optional.of(inRing.privateJwk(publicJwk));
        }
        return Optional.ofNullable(publicJwk);
    }

    private JWK requireSigningKey() {
        if (publicJwk == null) {
            throw new IllegalStateException("key " + id + " is for " + use + " and has no public half");
        }
        return publicJwk;
    }

    private void requireConsistent() {
        boolean ended = state == KeyState.RETIRED || state == KeyState.REVOKED;
        boolean works = use.isSymmetric() ? secret != null : signer != null;
        boolean shouldWork = !ended || (use.isSymmetric() && state == KeyState.RETIRED);
        if (ended != (endedAt != null)
                || (state == KeyState.ACTIVE && activatedAt == null)
                || works != shouldWork
                || use.isSymmetric() != (publicJwk == null)
                || (!use.isSymmetric() && secret != null)) {
            throw new IllegalArgumentException("key " + id + " (" + use + ") contradicts its state " + state);
        }
    }

    private void requireNamedAfter(@Nullable JWK jwk) {
        if (jwk != null && !id.value().equals(jwk.getKeyID())) {
            throw new IllegalArgumentException("key " + id + " is called otherwise in its JWK");
        }
        if (publicJwk != null && !id.value().equals(thumbprint(publicJwk))) {
            throw new IllegalArgumentException("key " + id + " is not named by its thumbprint (RFC 7638)");
        }
    }

    private static @Nullable JWK publicPart(KeyUse use, @Nullable JWK jwk) {
        return use.isSymmetric() || jwk == null ? null : jwk.toPublicJWK();
    }

    private static @Nullable SecretKey secret(@Nullable JWK jwk) {
        return jwk instanceof OctetSequenceKey symmetric ? new SecretKeySpec(symmetric.toByteArray(), MAC) : null;
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
