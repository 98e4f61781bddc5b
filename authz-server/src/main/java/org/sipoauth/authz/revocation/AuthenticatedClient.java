package org.sipoauth.authz.revocation;

import java.util.Objects;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/** The client behind a request. A browser that is signed in here comes authenticated, too, but as its user. */
final class AuthenticatedClient {
    private AuthenticatedClient() {}

    /** @throws OAuth2AuthenticationException if the request has none */
    static RegisteredClient of(Authentication request) {
        if (request.getPrincipal() instanceof OAuth2ClientAuthenticationToken client && client.isAuthenticated()) {
            return Objects.requireNonNull(client.getRegisteredClient());
        }
        throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_CLIENT);
    }
}
