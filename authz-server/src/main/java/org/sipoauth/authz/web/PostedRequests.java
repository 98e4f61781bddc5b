package org.sipoauth.authz.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.springframework.http.HttpMethod;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Has an authorization request that is posted (RFC 6749 §3.1, OpenID Connect Core §3.1.2.1) come again with GET. Whoever has
 * to sign in first goes on from there at an address, for a form would be lost; and a browser that posts another site's form
 * sends its session with the GET alone ({@code SameSite}). A person's consent is posted to the same address, and names
 * neither a response type nor a pushed request.
 */
final class PostedRequests extends OncePerRequestFilter {
    static final String PATH = "/oauth2/authorize";

    /** What a request line takes beside a browser's headers. */
    static final int LONGEST = 6_000;

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !HttpMethod.POST.matches(request.getMethod())
                || !request.getServletPath().equals(PATH)
                || request.getParameter(OAuth2ParameterNames.RESPONSE_TYPE) == null
                        && request.getParameter(OAuth2ParameterNames.REQUEST_URI) == null;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String query = query(request);
        if (query.length() > LONGEST) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
        } else {
            response.sendRedirect(PATH + '?' + query);
        }
    }

    private static String query(HttpServletRequest request) {
        return request.getParameterMap().entrySet().stream()
                .flatMap(parameter -> Arrays.stream(parameter.getValue())
                        .map(value -> encode(parameter.getKey()) + '=' + encode(value)))
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
