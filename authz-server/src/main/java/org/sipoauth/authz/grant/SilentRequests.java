package org.sipoauth.authz.grant;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.security.web.util.matcher.RequestMatcher;

/**
 * Authorization requests that are answered without anybody having signed in: those with {@code prompt=none} show no page,
 * whatever they find (OpenID Connect Core §3.1.2.1). Of a pushed request its own parameters say so, which the endpoint
 * reads: it sends everybody else to the sign-in.
 */
public final class SilentRequests implements RequestMatcher {
    private static final String PATH = "/oauth2/authorize";

    @Override
    public boolean matches(HttpServletRequest request) {
        if (!request.getServletPath().equals(PATH)) {
            return false;
        }
        Object validated = request.getAttribute(OAuth2AuthorizationCodeRequestAuthenticationToken.class.getName());
        return validated instanceof OAuth2AuthorizationCodeRequestAuthenticationToken asked
                ? isSilent(asked)
                : request.getParameter(OAuth2ParameterNames.REQUEST_URI) != null;
    }

    static boolean isSilent(OAuth2AuthorizationCodeRequestAuthenticationToken request) {
        return prompt(request).contains("none");
    }

    /** {@code prompt} is a parameter of OpenID Connect's requests; in others it means nothing. */
    static List<String> prompt(OAuth2AuthorizationCodeRequestAuthenticationToken request) {
        return request.getScopes().contains(OidcScopes.OPENID)
                        && request.getAdditionalParameters().get("prompt") instanceof String prompt
                ? List.of(prompt.split(" "))
                : List.of();
    }
}
