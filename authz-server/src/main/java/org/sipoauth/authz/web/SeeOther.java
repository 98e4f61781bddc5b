package org.sipoauth.authz.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import org.springframework.http.HttpMethod;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Redirects with 303 See Other where a form was posted, with a password perhaps: no browser posts it again to where it is
 * sent, which 302 leaves open (RFC 9700 §4.12, RFC 9110 §15.4.4). Spring says 302 at most of its redirects, and only some
 * can be told otherwise; here are all of them, and ours.
 */
final class SeeOther extends OncePerRequestFilter {

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !HttpMethod.POST.matches(request.getMethod());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(request, new HttpServletResponseWrapper(response) {
            @Override
            public void sendRedirect(String location) throws IOException {
                sendRedirect(location, SC_SEE_OTHER, true);
            }
        });
    }
}
