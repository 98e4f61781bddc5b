package org.sipoauth.authz.client;

import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/**
 * Lets a public client name itself in requests that carry a token or a device code of its own, or ask for one:
 * {@code client_id} and no credentials (RFC 6749 §3.2.1, RFC 7009 §2.1, RFC 8628 §3.1, §3.4, RFC 9126 §2.1). Spring
 * knows public clients by their PKCE verifier alone, which only the code grant has. Proves nothing about the client: the
 * token does, or the verifier for what was pushed.
 *
 * <p>The certificates that a phone shows (RFC 8705 §4) become its credentials, for the grants to judge.
 */
public final class PublicClientAuthentication implements AuthenticationConverter, AuthenticationProvider {
    private static final PathPatternRequestMatcher.Builder PATH = PathPatternRequestMatcher.withDefaults();
    private static final RequestMatcher NAMED_BY_PATH = new OrRequestMatcher(
            PATH.matcher(HttpMethod.POST, "/oauth2/revoke"),
            PATH.matcher(HttpMethod.POST, "/oauth2/par"),
            PATH.matcher(HttpMethod.POST, "/oauth2/device_authorization"));
    private static final Set<String> GRANTS = Stream.concat(
                    Stream.of(AuthorizationGrantType.REFRESH_TOKEN), DeskPhoneGrants.ALL.stream())
            .map(AuthorizationGrantType::getValue)
            .collect(Collectors.toUnmodifiableSet());

    private final RegisteredClientRepository clients;
    private final ClientCertificates certificates;

    public PublicClientAuthentication(RegisteredClientRepository clients, ClientCertificates certificates) {
        this.clients = clients;
        this.certificates = certificates;
    }

    /** What the converter says to the provider. */
    private static final class Named extends OAuth2ClientAuthenticationToken {
        private static final long serialVersionUID = 1L;

        Named(String clientId, X509Certificate[] certificates) {
            super(clientId, ClientAuthenticationMethod.NONE, certificates, null);
        }
    }

    /** Comes last: whoever sends any credentials is authenticated by them. */
    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        boolean inBody = HttpMethod.POST.matches(request.getMethod()) && request.getQueryString() == null;
        if (!inBody || !hasTokenOfItsOwn(request) && !NAMED_BY_PATH.matches(request)) {
            return null;
        }
        String[] clientId = request.getParameterValues(OAuth2ParameterNames.CLIENT_ID);
        if (clientId == null || clientId.length != 1 || clientId[0].isBlank()) {
            return null;
        }
        return new Named(clientId[0], certificates.shownIn(request));
    }

    private static boolean hasTokenOfItsOwn(HttpServletRequest request) {
        String grant = request.getParameter(OAuth2ParameterNames.GRANT_TYPE);
        return grant != null && GRANTS.contains(grant);
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return Named.class.isAssignableFrom(authentication);
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        RegisteredClient client =
                clients.findByClientId(((Named) authentication).getPrincipal().toString());
        if (client == null || !client.getClientAuthenticationMethods().contains(ClientAuthenticationMethod.NONE)) {
            throw new OAuth2AuthenticationException(
                    new OAuth2Error(OAuth2ErrorCodes.INVALID_CLIENT, "no such public client", null));
        }
        return new OAuth2ClientAuthenticationToken(
                client, ClientAuthenticationMethod.NONE, authentication.getCredentials());
    }
}
