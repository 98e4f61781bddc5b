package org.sipoauth.authz.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses parameters that cannot be read, at which Tomcat throws, and OAuth requests with a parameter more than once
 * (RFC 6749 §3.1, §3.2). Spring does for some parameters, and takes others for text that then are none. A person's consent
 * alone has several values of {@code scope}.
 */
final class SoundParameters extends OncePerRequestFilter {
    private static final String AUTHORIZATION_PAGE = "/oauth2/authorize";

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getRequestURI().startsWith("/admin/api/"); // has problem documents, and asks who it is before
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean oauth = request.getRequestURI().startsWith("/oauth2/");
        boolean authorization = request.getRequestURI().equals(AUTHORIZATION_PAGE);
        boolean consent = authorization && HttpMethod.POST.matches(request.getMethod());
        String wrong = null;
        try {
            boolean repeated = request.getParameterMap().entrySet().stream()
                    .anyMatch(parameter -> parameter.getValue().length > 1
                            && !(consent && parameter.getKey().equals("scope")));
            wrong = oauth && repeated ? "a parameter is there twice" : null;
        } catch (IllegalStateException illEncoded) {
            wrong = "the parameters are no form in UTF-8";
        }
        if (wrong == null) {
            chain.doFilter(request, response);
        } else if (oauth && !authorization) {
            ErrorAnswer.send(HttpStatus.BAD_REQUEST, "invalid_request", wrong, response);
        } else {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST); // whose redirect URI it is, is not known
        }
    }
}
