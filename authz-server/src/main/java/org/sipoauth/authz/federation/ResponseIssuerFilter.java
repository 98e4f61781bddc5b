package org.sipoauth.authz.federation;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/** Takes no response of another issuer than the one that was asked (RFC 9207 §2.4), good or bad. */
final class ResponseIssuerFilter extends OncePerRequestFilter {
    private final RequestMatcher responses;
    private final Provider provider;
    private final AuthenticationFailureHandler refused;

    ResponseIssuerFilter(RequestMatcher responses, Provider provider, AuthenticationFailureHandler refused) {
        this.responses = responses;
        this.provider = provider;
        this.refused = refused;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (responses.matches(request)) {
            try {
                requireIssuer(request.getParameterValues("iss"));
            } catch (AuthenticationException e) {
                refused.onAuthenticationFailure(request, response, e);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private void requireIssuer(String @Nullable [] issuers) {
        boolean right = issuers == null
                ? !provider.known().namesItself()
                : issuers.length == 1 && issuers[0].equals(provider.issuer());
        if (!right) {
            throw new OAuth2AuthenticationException(new OAuth2Error("wrong_issuer"));
        }
    }
}
