package org.sipoauth.authz.revocation;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.authz.client.Scopes;
import org.sipoauth.authz.refresh.Session;
import org.sipoauth.authz.revocation.IssuedTokens.Issued;
import org.sipoauth.authz.token.Confirmation;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenIntrospection;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenIntrospectionAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/**
 * Introspection (RFC 7662), for services that want to ask rather than to verify: they authenticate, and hold the scope
 * {@code introspect}. A refresh token is only looked at, not presented.
 */
final class TokenIntrospection implements AuthenticationProvider {
    /** Of an access token, beside what the builder has names for. */
    private static final Set<String> FURTHER_CLAIMS = Set.of("sid", "device_name", "aor", "cnf", "status");

    private final IssuedTokens tokens;
    private final String issuer;

    TokenIntrospection(IssuedTokens tokens, String issuer) {
        this.tokens = tokens;
        this.issuer = issuer;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return OAuth2TokenIntrospectionAuthenticationToken.class.isAssignableFrom(authentication);
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        var request = (OAuth2TokenIntrospectionAuthenticationToken) authentication;
        requireAllowed(AuthenticatedClient.of(request));
        OAuth2TokenIntrospection answer = tokens.recognise(request.getToken())
                .filter(Issued::active)
                .map(this::describe)
                .orElseGet(() -> OAuth2TokenIntrospection.builder(false).build()); // and nothing more, §2.2
        return new OAuth2TokenIntrospectionAuthenticationToken(
                request.getToken(), (Authentication) Objects.requireNonNull(request.getPrincipal()), answer);
    }

    /** RFC 7662 §2.1: some authorization is a must, or the endpoint would help to try tokens out. */
    private static void requireAllowed(RegisteredClient client) {
        if (client.getClientAuthenticationMethods().contains(ClientAuthenticationMethod.NONE)
                || !client.getScopes().contains(Scopes.INTROSPECT)) {
            throw new OAuth2AuthenticationException(new OAuth2Error(
                    OAuth2ErrorCodes.UNAUTHORIZED_CLIENT, "this client may not introspect tokens", null));
        }
    }

    private OAuth2TokenIntrospection describe(Issued issued) {
        return issued instanceof Issued.Access access
                ? describe(access.token(), access.client())
                : describe(((Issued.Refresh) issued).login());
    }

    private static OAuth2TokenIntrospection describe(Jwt token, String client) {
        OAuth2TokenIntrospection.Builder answer = OAuth2TokenIntrospection.builder(true)
                .tokenType(Confirmation.typeOf(token.getClaims()).getValue())
                .clientId(client)
                .subject(token.getSubject())
                .username(token.getSubject())
                .issuer(token.getClaimAsString("iss"))
                .audiences(audiences -> audiences.addAll(token.getAudience()))
                .issuedAt(Objects.requireNonNull(token.getIssuedAt()))
                .expiresAt(Objects.requireNonNull(token.getExpiresAt()))
                .id(token.getId());
        Optional.ofNullable(token.getClaimAsString("scope"))
                .ifPresent(scope -> answer.scopes(scopes -> scopes.addAll(List.of(scope.split(" ")))));
        for (Map.Entry<String, Object> claim : token.getClaims().entrySet()) {
            if (FURTHER_CLAIMS.contains(claim.getKey())) {
                answer.claim(claim.getKey(), claim.getValue());
            }
        }
        return answer.build();
    }

    private OAuth2TokenIntrospection describe(Session login) {
        OAuth2TokenIntrospection.Builder answer = OAuth2TokenIntrospection.builder(true)
                .clientId(login.client())
                .subject(login.user())
                .username(login.user())
                .issuer(issuer)
                .issuedAt(login.lastRefresh().orElse(login.begun()))
                .expiresAt(login.end())
                .scopes(scopes -> scopes.addAll(login.scopes()))
                .claim("sid", login.id().toString());
        login.device().ifPresent(device -> answer.claim("device_name", device));
        return answer.build();
    }
}
