package org.sipoauth.authz.token;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

/**
 * What a token is bound to: the claim {@code cnf} (RFC 7800 §3), with one member.
 *
 * @param member its name, as registered for JWT confirmation methods
 * @param thumbprint a SHA-256 in base64url
 */
public record Confirmation(String member, String thumbprint) {
    public static final String CLAIM = "cnf";

    private static final String KEY = "jkt";
    private static final String CERTIFICATE = "x5t#S256";
    private static final String CERTIFICATE_ABRIDGED = "x5t:";
    private static final int ABRIDGED_LENGTH = 22;

    /** A key whose holder proves each use by DPoP, by its JWK thumbprint (RFC 9449 §6.1). */
    public static Confirmation ofKey(String thumbprint) {
        return new Confirmation(KEY, thumbprint);
    }

    /** A certificate that its holder shows with each use, by the SHA-256 of its DER encoding (RFC 8705 §3.1). */
    public static Confirmation ofCertificate(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return new Confirmation(
                    CERTIFICATE, Base64.getUrlEncoder().withoutPadding().encodeToString(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed has an encoding", e);
        }
    }

    /** Whether what {@link #abridged} has made of one speaks of a certificate. */
    public static boolean isOfCertificate(String abridged) {
        return abridged.startsWith(CERTIFICATE_ABRIDGED);
    }

    /**
     * What the store keeps of it, as {@code jkt:0ZcOCORZNYy-DWpqq30jZy}: the first 132 bits, of which nobody finds another
     * key or certificate. There are millions.
     */
    public String abridged() {
        return (isCertificate() ? CERTIFICATE_ABRIDGED : member + ":") + thumbprint.substring(0, ABRIDGED_LENGTH);
    }

    /** How a token with these claims is used (RFC 9449 §5). */
    public static OAuth2AccessToken.TokenType typeOf(Map<String, ?> claims) {
        return claims.get(CLAIM) instanceof Map<?, ?> members && members.containsKey(KEY)
                ? OAuth2AccessToken.TokenType.DPOP
                : OAuth2AccessToken.TokenType.BEARER;
    }

    /**
     * Whether a token with these claims may be used by who shows these certificates: one that is bound to a certificate is
     * good where that is shown, and nowhere else (RFC 8705 §3).
     */
    public static boolean permits(Map<String, ?> claims, X509Certificate... shown) {
        Object boundTo = claims.get(CLAIM) instanceof Map<?, ?> members ? members.get(CERTIFICATE) : null;
        return boundTo == null
                || shown.length > 0 && ofCertificate(shown[0]).thumbprint().equals(boundTo);
    }

    /** Whether a token with these claims is bound to this. */
    public boolean isThatOf(Map<String, ?> claims) {
        return claim().equals(claims.get(CLAIM));
    }

    public boolean isCertificate() {
        return member.equals(CERTIFICATE);
    }

    boolean isKey() {
        return member.equals(KEY);
    }

    Map<String, String> claim() {
        return Map.of(member, thumbprint);
    }
}
