package org.sipoauth.authz.token;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.sipoauth.authz.client.Scopes;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.token.AccessTokens.LoginReference;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;

/**
 * Turns Spring's default token into an RFC 9068 §2 access token for the SIP platform. The signer adds {@code alg} and
 * {@code kid}.
 */
final class AccessTokenProfile implements OAuth2TokenCustomizer<JwtEncodingContext> {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String issuer;
    private final String platform;

    AccessTokenProfile(String issuer, String platform) {
        this.issuer = issuer;
        this.platform = platform;
    }

    @Override
    public void customize(JwtEncodingContext context) {
        if (!OAuth2TokenType.ACCESS_TOKEN.equals(context.getTokenType())) {
            return;
        }
        context.getJwsHeader().type("at+jwt");
        context.getClaims()
                .id(randomId())
                .audience(audience(context.getAuthorizedScopes()))
                .claim("client_id", context.getRegisteredClient().getClientId())
                .claims(claims -> {
                    claims.remove(JwtClaimNames.NBF); // is iat
                    claims.remove("scope");
                });
        if (!context.getAuthorizedScopes().isEmpty()) {
            context.getClaims().claim("scope", String.join(" ", new TreeSet<>(context.getAuthorizedScopes())));
        }
        Authentication holder = context.getPrincipal();
        if (holder instanceof PhoneLogin login) {
            login.device().ifPresent(device -> addDevice(context, device));
            login.login().ifPresent(reference -> addLogin(context, reference));
        }
    }

    /** A token to administer this server is for this server, any other for the SIP platform (RFC 9068 §3). */
    private List<String> audience(Set<String> scopes) {
        if (Scopes.ADMINISTRATION.stream().noneMatch(scopes::contains)) {
            return List.of(platform);
        }
        return Scopes.ADMINISTRATION.containsAll(scopes) ? List.of(issuer) : List.of(issuer, platform);
    }

    private void addLogin(JwtEncodingContext context, LoginReference login) {
        context.getClaims()
                .claim("sid", login.id())
                .claim("status", login.status().claim(issuer));
        login.boundTo().ifPresent(certificate -> context.getClaims().claim("cnf", certificate.confirmation()));
    }

    private static void addDevice(JwtEncodingContext context, Device device) {
        context.getClaims().claim("device_name", device.name()).claim("aor", device.addressesOfRecord());
    }

    private static String randomId() {
        byte[] id = new byte[16];
        RANDOM.nextBytes(id);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    }
}
