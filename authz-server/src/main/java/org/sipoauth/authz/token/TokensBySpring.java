package org.sipoauth.authz.token;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.springframework.security.oauth2.core.oidc.IdTokenClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationGrantAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;

/**
 * Makes access tokens of ours out of Spring's default ones, which client credentials bring. An ID token says when its
 * subscriber signed in.
 */
final class TokensBySpring implements OAuth2TokenCustomizer<JwtEncodingContext> {
    private final AccessTokenProfile profile;

    TokensBySpring(AccessTokenProfile profile) {
        this.profile = profile;
    }

    @Override
    public void customize(JwtEncodingContext context) {
        if (!OAuth2TokenType.ACCESS_TOKEN.equals(context.getTokenType())) {
            addSignIn(context);
            return;
        }
        context.getJwsHeader().type(AccessTokenProfile.TYPE);
        context.getClaims().claims(claims -> {
            var ours = profile.claims(
                    context.getPrincipal().getName(),
                    context.getRegisteredClient(),
                    context.getAuthorizedScopes(),
                    proven(context),
                    (Instant) Objects.requireNonNull(claims.get(JwtClaimNames.IAT)),
                    (Instant) Objects.requireNonNull(claims.get(JwtClaimNames.EXP)));
            claims.clear();
            claims.putAll(ours);
        });
    }

    /** To the ID token, whoever asked for it: OpenID Connect Core §2 wants it with {@code max_age}. */
    private static void addSignIn(JwtEncodingContext context) {
        if (context.getAuthorization() != null
                && context.getAuthorization().getAttribute(IdTokenClaimNames.AUTH_TIME) instanceof Instant signedIn) {
            context.getClaims().claim(IdTokenClaimNames.AUTH_TIME, signedIn.getEpochSecond());
        }
    }

    /** A service says it in its request. */
    private static Optional<Confirmation> proven(JwtEncodingContext context) {
        return context.getAuthorizationGrant() instanceof OAuth2AuthorizationGrantAuthenticationToken request
                        && request.getAdditionalParameters().get(Confirmation.CLAIM) instanceof Confirmation proven
                ? Optional.of(proven)
                : Optional.empty();
    }
}
