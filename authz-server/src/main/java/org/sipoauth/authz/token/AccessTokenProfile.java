package org.sipoauth.authz.token;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.sipoauth.authz.client.Scopes;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.token.AccessTokens.LoginReference;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/** The claims of an RFC 9068 §2 access token for the SIP platform. The signer adds {@code alg} and {@code kid}. */
final class AccessTokenProfile {
    static final String TYPE = "at+jwt";

    private static final SecureRandom RANDOM = new SecureRandom();

    private final String issuer;
    private final String platform;

    AccessTokenProfile(String issuer, String platform) {
        this.issuer = issuer;
        this.platform = platform;
    }

    /** @param subject the subscriber, or the client of a token that has none */
    Map<String, Object> claims(
            String subject,
            RegisteredClient client,
            Set<String> scopes,
            Optional<Confirmation> proven,
            Instant issuedAt,
            Instant expiresAt) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put(JwtClaimNames.ISS, issuer);
        claims.put(JwtClaimNames.SUB, subject);
        claims.put(JwtClaimNames.AUD, audience(scopes));
        claims.put(JwtClaimNames.IAT, issuedAt);
        claims.put(JwtClaimNames.EXP, expiresAt);
        claims.put(JwtClaimNames.JTI, randomId());
        claims.put("client_id", client.getClientId());
        if (!scopes.isEmpty()) {
            claims.put("scope", String.join(" ", new TreeSet<>(scopes)));
        }
        proven.filter(key -> canBeChecked(key, scopes)).ifPresent(key -> claims.put(Confirmation.CLAIM, key.claim()));
        return claims;
    }

    /**
     * SIP has no header for a DPoP proof, and a SIP server must refuse a token whose binding it cannot check. So a token
     * that registers a phone stays a bearer token, and of the phone's two tokens the refresh token alone is bound
     * (RFC 9449 §5).
     */
    private static boolean canBeChecked(Confirmation proven, Set<String> scopes) {
        return !(proven.isKey() && scopes.contains(Scopes.REGISTER));
    }

    /** A token to administer this server is for this server, any other for the SIP platform (RFC 9068 §3). */
    private List<String> audience(Set<String> scopes) {
        if (Scopes.ADMINISTRATION.stream().noneMatch(scopes::contains)) {
            return List.of(platform);
        }
        return Scopes.ADMINISTRATION.containsAll(scopes) ? List.of(issuer) : List.of(issuer, platform);
    }

    void addLogin(Map<String, Object> claims, LoginReference login) {
        claims.put("sid", login.id());
        claims.put("status", login.status().claim(issuer));
    }

    static void addDevice(Map<String, Object> claims, Device device) {
        claims.put("device_name", device.name());
        claims.put("aor", device.addressesOfRecord());
    }

    private static String randomId() {
        byte[] id = new byte[16];
        RANDOM.nextBytes(id);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    }
}
