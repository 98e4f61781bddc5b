package org.sipoauth.authz.signin;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** Whoever signed in with a one-time password gets the page to change it, whatever they ask for. */
final class PasswordChangeFilter extends OncePerRequestFilter {

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Authentication account = SecurityContextHolder.getContext().getAuthentication();
        String path = request.getRequestURI();
        if (account == null
                || !SignedIn.mustChangePassword(account)
                || path.equals(SignIn.CHANGE_PASSWORD_PAGE)
                || path.equals("/logout")
                || path.endsWith(".css")) {
            chain.doFilter(request, response);
        } else {
            response.sendRedirect(SignIn.CHANGE_PASSWORD_PAGE);
        }
    }
}
