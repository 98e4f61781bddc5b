package org.sipoauth.authz.token;

import java.util.Map;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * What a token is bound to: the claim {@code cnf} (RFC 7800 §3), with one member.
 *
 * @param member its name, as registered for JWT confirmation methods
 * @param thumbprint a SHA-256 in base64url
 */
public record Confirmation(String member, String thumbprint) {
    public static final String CLAIM = "cnf";

    private static final String KEY = "jkt";
    private static final int ABRIDGED_LENGTH = 22;

    /** A key whose holder proves each use by DPoP, by its JWK thumbprint (RFC 9449 §6.1). */
    public static Confirmation ofKey(String thumbprint) {
        return new Confirmation(KEY, thumbprint);
    }

    /**
     * What the store keeps of it, as {@code jkt:0ZcOCORZNYy-DWpqq30jZy}: the first 132 bits, of which nobody finds another
     * key. There are millions.
     */
    public String abridged() {
        return member + ":" + thumbprint.substring(0, ABRIDGED_LENGTH);
    }

    /** How a token with these claims is used (RFC 9449 §5). */
    public static OAuth2AccessToken.TokenType typeOf(Jwt token) {
        return token.getClaims().get(CLAIM) instanceof Map<?, ?> members && members.containsKey(KEY)
                ? OAuth2AccessToken.TokenType.DPOP
                : OAuth2AccessToken.TokenType.BEARER;
    }

    boolean isKey() {
        return member.equals(KEY);
    }

    Map<String, String> claim() {
        return Map.of(member, thumbprint);
    }
}
