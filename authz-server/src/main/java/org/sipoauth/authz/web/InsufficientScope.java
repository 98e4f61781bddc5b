package org.sipoauth.authz.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.sipoauth.authz.dpop.DpopProofs;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.web.access.AccessDeniedHandler;

/** Says which scope a token lacks: RFC 6750 §3.1, RFC 9449 §7.1, with a problem document (RFC 9457) for people. */
final class InsufficientScope implements AccessDeniedHandler {

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied)
            throws IOException {
        String scope = AdministrationRights.scopeFor(request);
        response.setStatus(HttpServletResponse.SC_FORBIDDEN);
        response.setHeader(
                HttpHeaders.WWW_AUTHENTICATE,
                DpopProofs.schemeFor(request) + " error=\"insufficient_scope\", scope=\"" + scope + '"'
                        + (DpopProofs.areUsedIn(request) ? ", algs=\"" + DpopProofs.ALGORITHMS + '"' : ""));
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream()
                .write(
                        ("{\"title\":\"Forbidden\",\"status\":403,\"detail\":\"this takes an access token with the scope "
                                        + scope + "; ask for one as a client that has it\"}")
                                .getBytes(StandardCharsets.UTF_8));
    }
}
