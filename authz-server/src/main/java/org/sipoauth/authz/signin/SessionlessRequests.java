package org.sipoauth.authz.signin;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Hides the cookies of requests that no person makes: tokens, keys, metadata, administration and what every page looks like
 * have no session, so none is looked up for them. Spring Session would do that after the answer is out, and fail then if the store is away.
 */
final class SessionlessRequests extends OncePerRequestFilter {
    private static final String AUTHORIZATION_PAGE = "/oauth2/authorize";
    private static final Set<String> OF_EVERY_PAGE = Set.of("/style.css", "/icon.svg");

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String path = request.getServletPath(); // decoded, as the endpoints see it
        boolean nobodys = path.startsWith("/oauth2/")
                || path.startsWith("/admin/api/")
                || path.startsWith("/.well-known/")
                || OF_EVERY_PAGE.contains(path);
        return !nobodys || path.equals(AUTHORIZATION_PAGE);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(
                new HttpServletRequestWrapper(request) {
                    @Override
                    public Cookie @Nullable [] getCookies() {
                        return null;
                    }
                },
                response);
    }
}
