package org.sipoauth.authz.refresh;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.web.authentication.AuthenticationConverter;

/**
 * Lets a public client name itself in a refresh request: {@code client_id} and no credentials (RFC 6749 §3.2.1). Spring
 * knows public clients by their PKCE verifier alone, which only the code grant has. Proves nothing about the client: the
 * refresh token does.
 */
final class PublicClientAuthentication implements AuthenticationConverter, AuthenticationProvider {
    private final RegisteredClientRepository clients;

    PublicClientAuthentication(RegisteredClientRepository clients) {
        this.clients = clients;
    }

    /** Comes last: whoever sends any credentials is authenticated by them. */
    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        boolean inBody = HttpMethod.POST.matches(request.getMethod()) && request.getQueryString() == null;
        if (!inBody || !isRefresh(request.getParameter(OAuth2ParameterNames.GRANT_TYPE))) {
            return null;
        }
        String[] clientId = request.getParameterValues(OAuth2ParameterNames.CLIENT_ID);
        if (clientId == null || clientId.length != 1 || clientId[0].isBlank()) {
            return null;
        }
        return new OAuth2ClientAuthenticationToken(
                clientId[0],
                ClientAuthenticationMethod.NONE,
                null,
                Map.of(OAuth2ParameterNames.GRANT_TYPE, AuthorizationGrantType.REFRESH_TOKEN.getValue()));
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return OAuth2ClientAuthenticationToken.class.isAssignableFrom(authentication);
    }

    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        var request = (OAuth2ClientAuthenticationToken) authentication;
        if (!ClientAuthenticationMethod.NONE.equals(request.getClientAuthenticationMethod())
                || !isRefresh(request.getAdditionalParameters().get(OAuth2ParameterNames.GRANT_TYPE))) {
            return null; // not ours: Spring's providers follow
        }
        RegisteredClient client = clients.findByClientId(request.getPrincipal().toString());
        if (client == null || !client.getClientAuthenticationMethods().contains(ClientAuthenticationMethod.NONE)) {
            throw new OAuth2AuthenticationException(
                    new OAuth2Error(OAuth2ErrorCodes.INVALID_CLIENT, "no such public client", null));
        }
        return new OAuth2ClientAuthenticationToken(client, ClientAuthenticationMethod.NONE, null);
    }

    private static boolean isRefresh(@Nullable Object grantType) {
        return AuthorizationGrantType.REFRESH_TOKEN.getValue().equals(grantType);
    }
}
