package org.sipoauth.verifier;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.status.StatusReference;

/**
 * A verified access token (RFC 9068). To hold one is proof that {@link TokenVerifier} accepted it, at the instant it
 * did: a server that keeps one asks {@link #expiresAt} and {@link #status} again. Immutable.
 */
public final class AccessToken {
    private final Claims claims;
    private @Nullable Map<String, AddressOfRecord>
            registrable; // parsed when first asked for; by two threads, if need be

    AccessToken(Claims claims) {
        this.claims = claims;
    }

    Claims claims() {
        return claims;
    }

    /** {@code iss}: the authorization server that signed it. */
    public String issuer() {
        return claims.issuer;
    }

    /** {@code sub}: the subscriber, or the client itself where no subscriber is involved (RFC 9068 §2.2). */
    public String subject() {
        return claims.subject;
    }

    /** {@code aud}: every server it is meant for, ours among them. */
    public List<String> audience() {
        return claims.audience;
    }

    /** {@code client_id}: the application that asked for it. */
    public String clientId() {
        return claims.clientId;
    }

    /** {@code scope}, taken apart; empty where the token has none. */
    public Set<String> scopes() {
        return claims.scopes;
    }

    /** {@code jti}: its unique identifier, fit for logs. */
    public String tokenId() {
        return claims.tokenId;
    }

    /** {@code iat}: when it was signed, by the issuer's clock. */
    public Instant issuedAt() {
        return claims.issuedAt;
    }

    /** {@code exp}, without any tolerance: nothing that rests on this token should outlive it. */
    public Instant expiresAt() {
        return claims.expiresAt;
    }

    /** {@code device_name}: the device it was issued to, where it is bound to one. */
    public Optional<String> deviceName() {
        return claims.deviceName;
    }

    /** {@code aor}: the addresses-of-record its holder may register, as the issuer wrote them. */
    public List<String> addressesOfRecord() {
        return claims.addressesOfRecord;
    }

    /**
     * {@code x5t#S256}: the base64url SHA-256 thumbprint of the client certificate it is bound to (RFC 8705 §3.1). Where
     * present, only a connection with that certificate may use it; the verifier does not see connections: ask
     * {@link #fitsConnection}.
     */
    public Optional<String> certificateThumbprint() {
        return claims.certificateThumbprint;
    }

    /** {@code sid}: the login it comes from, where it comes from one; fit for logs. */
    public Optional<String> sessionId() {
        return claims.sessionId;
    }

    /**
     * {@code status}: where to ask whether its login was revoked since
     * ({@link org.sipoauth.verifier.status.StatusSnapshot#isRevoked}); empty for a token that can only expire.
     */
    public Optional<StatusReference> status() {
        return claims.status;
    }

    /** Whether {@code scope}, case-sensitive (RFC 6749 §3.3), is among its scopes. */
    public boolean hasScope(String scope) {
        return claims.scopes.contains(scope);
    }

    /**
     * Whether {@code addressOfRecord} is among the addresses its holder may register, compared as RFC 3261 §19.1.4 says
     * for {@code user@host}: the user case-sensitive with escapes resolved, the host not case-sensitive, no port being
     * different from any. URI parameters are ignored on both sides (§10.3 step 5). A {@code sip:} address covers its
     * {@code sips:} form (§19.1), not the reverse.
     *
     * <p>Does not map host names, so the caller puts its canonical domain first; does not check scope.
     *
     * @return false also for what is no SIP or SIPS URI with a user, or has a password or headers
     */
    public boolean mayRegister(String addressOfRecord) {
        Map<String, AddressOfRecord> own = registrable();
        return own.containsKey(addressOfRecord) // as nearly always
                || AddressOfRecord.parse(addressOfRecord)
                        .filter(asked -> own.values().stream().anyMatch(one -> one.covers(asked)))
                        .isPresent();
    }

    /** By how the issuer wrote them. */
    private Map<String, AddressOfRecord> registrable() {
        Map<String, AddressOfRecord> parsed = registrable;
        if (parsed == null) {
            Map<String, AddressOfRecord> byText = new HashMap<>();
            for (String text : claims.addressesOfRecord) {
                AddressOfRecord.parse(text).ifPresent(address -> byText.put(text, address));
            }
            parsed = Map.copyOf(byText);
            registrable = parsed;
        }
        return parsed;
    }

    /** Whether it is bound to the device of that name, case-sensitive; a token bound to no device is for none. */
    public boolean isForDevice(String name) {
        return claims.deviceName.filter(name::equals).isPresent();
    }

    /**
     * Whether a connection may use it, as far as certificates go (RFC 8705 §3): where it is bound to one, only a connection
     * whose peer has shown that very certificate; where it is bound to none, every connection.
     *
     * @param clientCertificate the first of the chain with which the peer has authenticated <em>in TLS</em>, so that it has
     *     its private key; empty where it has shown none, and also behind a proxy, whose own certificate is not the phone's
     */
    public boolean fitsConnection(Optional<X509Certificate> clientCertificate) {
        if (claims.certificateThumbprint.isEmpty()) {
            return true;
        }
        if (clientCertificate.isEmpty()) {
            return false;
        }
        try {
            byte[] thumbprint = MessageDigest.getInstance("SHA-256")
                    .digest(clientCertificate.get().getEncoded());
            String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(thumbprint);
            return MessageDigest.isEqual(
                    encoded.getBytes(StandardCharsets.US_ASCII),
                    claims.certificateThumbprint.get().getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) { // a certificate that TLS has read can be encoded
            return false;
        }
    }

    /** Names it by {@code jti}; the token itself is not even kept. */
    @Override
    public String toString() {
        return "AccessToken[jti=" + Refusal.quoted(tokenId()) + ", sub=" + Refusal.quoted(subject()) + ", exp="
                + expiresAt() + "]";
    }
}
