package org.sipoauth.authz.grant;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.authz.client.DeskPhoneGrants;
import org.sipoauth.authz.client.Scopes;
import org.sipoauth.authz.grant.LoginFamilies.Begun;
import org.sipoauth.authz.token.AccessTokens.Holder;
import org.sipoauth.authz.token.AccessTokens.LoginReference;
import org.sipoauth.authz.token.Confirmation;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationGrantAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/** What every grant of desk phones leads to: a registered phone, and no more (RFC 10027 §6.1.9). */
public final class PhoneTokens {
    private PhoneTokens() {}

    /**
     * Checks what a request asks for.
     *
     * @param scopes that it names; none: what there is
     * @throws GrantRefused if it asks for anything else, or its client may not have it
     */
    public static void requireScope(Set<String> scopes, RegisteredClient client) {
        boolean asksForIt = scopes.isEmpty() || scopes.equals(DeskPhoneGrants.SCOPES);
        if (!asksForIt || !client.getScopes().containsAll(DeskPhoneGrants.SCOPES)) {
            throw new GrantRefused(
                    OAuth2ErrorCodes.INVALID_SCOPE, "ask for the scope " + Scopes.REGISTER, "scope " + scopes);
        }
    }

    /** The first tokens of a login. */
    public static OAuth2AccessTokenAuthenticationToken first(
            Holder holder,
            Begun begun,
            Optional<Confirmation> proven,
            OAuth2ClientAuthenticationToken caller,
            OAuth2AuthorizationGrantAuthenticationToken request) {
        RegisteredClient client = Objects.requireNonNull(caller.getRegisteredClient());
        OAuth2AccessToken accessToken = holder.mint(
                client,
                Optional.of(new LoginReference(begun.familyId(), begun.status())),
                proven,
                DeskPhoneGrants.SCOPES);
        return new OAuth2AccessTokenAuthenticationToken(client, caller, accessToken, begun.refreshToken());
    }
}
