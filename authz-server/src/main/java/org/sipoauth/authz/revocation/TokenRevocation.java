package org.sipoauth.authz.revocation;

import java.util.Objects;
import java.util.Optional;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.sipoauth.authz.refresh.FamilyId;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.revocation.IssuedTokens.Issued;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenRevocationAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/**
 * Revocation by the client that holds a token (RFC 7009). Either kind of token ends its whole login (§2.1): all its
 * refresh tokens at once, its access tokens at verifiers when they next read the status lists. What is no token of ours,
 * or none any more, is answered as if it had been revoked (§2.2).
 */
final class TokenRevocation implements AuthenticationProvider {
    private static final String REASON = "signed out";

    private final IssuedTokens tokens;
    private final Sessions sessions;
    private final Audit audit;

    TokenRevocation(IssuedTokens tokens, Sessions sessions, Audit audit) {
        this.tokens = tokens;
        this.sessions = sessions;
        this.audit = audit;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return OAuth2TokenRevocationAuthenticationToken.class.isAssignableFrom(authentication);
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        var request = (OAuth2TokenRevocationAuthenticationToken) authentication;
        RegisteredClient client = AuthenticatedClient.of(request);
        Optional<Issued> issued = tokens.recognise(request.getToken());
        if (issued.isPresent()) {
            requireSameClient(issued.get(), client);
            sessions.revoke(requireLogin(issued.get()), Sessions.Kind.SIGN_OUT, REASON);
        }
        return new OAuth2TokenRevocationAuthenticationToken(
                new Presented(request.getToken()), (Authentication) Objects.requireNonNull(request.getPrincipal()));
    }

    /** RFC 7009 §2.1, with the error code of RFC 6749 §5.2 for a token that was issued to another client. */
    private void requireSameClient(Issued token, RegisteredClient client) {
        if (token.client().equals(client.getClientId())) {
            return;
        }
        String session = token.session().map(FamilyId::toString).orElse(null);
        audit.event("revocation_refused")
                .because(new Refusal(
                        "wrong_client",
                        null,
                        "Correct the client_id of the phone; if it was not a phone of yours, revoke the session.",
                        new Concerned(session, null, null, token.client())))
                .with("requesting_client", client.getClientId())
                .keepOnceAMinute();
        throw new OAuth2AuthenticationException(
                new OAuth2Error(OAuth2ErrorCodes.INVALID_GRANT, "the token was issued to another client", null));
    }

    /** A service's own access token has no login behind it (RFC 7009 §2.2.1). */
    private static FamilyId requireLogin(Issued token) {
        return token.session()
                .orElseThrow(() -> new OAuth2AuthenticationException(new OAuth2Error(
                        OAuth2ErrorCodes.UNSUPPORTED_TOKEN_TYPE, "this token cannot be revoked: it expires", null)));
    }

    /** What Spring's answer is made of; nobody reads it. */
    private record Presented(String value) implements OAuth2Token {
        @Override
        public String getTokenValue() {
            return value;
        }

        @Override
        public String toString() {
            return "Presented[…]";
        }
    }
}
