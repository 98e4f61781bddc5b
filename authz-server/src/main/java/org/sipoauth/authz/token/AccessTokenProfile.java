package org.sipoauth.authz.token;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.sipoauth.authz.client.Scopes;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.token.AccessTokens.LoginReference;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.oidc.IdTokenClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationGrantAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;

/**
 * Turns Spring's default token into an RFC 9068 §2 access token for the SIP platform. The signer adds {@code alg} and
 * {@code kid}. The ID token beside it says when its subscriber signed in.
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
            addSignIn(context);
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
        proven(context)
                .filter(proven -> canBeChecked(proven, context.getAuthorizedScopes()))
                .ifPresent(proven -> context.getClaims().claim(Confirmation.CLAIM, proven.claim()));
        Authentication holder = context.getPrincipal();
        if (holder instanceof PhoneLogin login) {
            login.device().ifPresent(device -> addDevice(context, device));
            login.login().ifPresent(reference -> addLogin(context, reference));
        }
    }

    /** To the ID token, whoever asked for it: OpenID Connect Core §2 wants it with {@code max_age}. */
    private static void addSignIn(JwtEncodingContext context) {
        if (context.getAuthorization() != null
                && context.getAuthorization().getAttribute(IdTokenClaimNames.AUTH_TIME) instanceof Instant signedIn) {
            context.getClaims().claim(IdTokenClaimNames.AUTH_TIME, signedIn.getEpochSecond());
        }
    }

    /** A subscriber's grant says it with the login, a service's in the request. */
    private static Optional<Confirmation> proven(JwtEncodingContext context) {
        if (context.getPrincipal() instanceof PhoneLogin login) {
            return login.proven();
        }
        return context.getAuthorizationGrant() instanceof OAuth2AuthorizationGrantAuthenticationToken request
                        && request.getAdditionalParameters().get(Confirmation.CLAIM) instanceof Confirmation proven
                ? Optional.of(proven)
                : Optional.empty();
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

    private void addLogin(JwtEncodingContext context, LoginReference login) {
        context.getClaims()
                .claim("sid", login.id())
                .claim("status", login.status().claim(issuer));
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
