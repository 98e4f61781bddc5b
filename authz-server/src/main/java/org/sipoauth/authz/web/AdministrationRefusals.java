package org.sipoauth.authz.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.console.ConsoleRights;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Records what the administration API and the console refuse: every 401 and 403, whoever gives that answer. To stand in a
 * security filter chain where it is known who asks. A page that leads to the sign-in refuses nobody.
 */
final class AdministrationRefusals extends OncePerRequestFilter {
    static final RequestMatcher API = PathPatternRequestMatcher.withDefaults().matcher("/admin/api/**");
    static final RequestMatcher CONSOLE =
            PathPatternRequestMatcher.withDefaults().matcher("/console/**");

    /** RFC 6750 §3, RFC 9449 §7.1: in a challenge of ours, so a word of ours. */
    private static final Pattern ERROR = Pattern.compile("error=\"([a-z_]+)\"");

    private final ConsoleRights rights = new ConsoleRights();
    private final Audit audit;

    AdministrationRefusals(Audit audit) {
        this.audit = audit;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !API.matches(request) && !CONSOLE.matches(request);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(request, response);
        Authentication who = SecurityContextHolder.getContext().getAuthentication();
        switch (response.getStatus()) {
            case HttpServletResponse.SC_UNAUTHORIZED ->
                record(
                        CONSOLE.matches(request)
                                ? "signed_out"
                                : errorIn(response).orElse("no_token"),
                        request,
                        null);
            case HttpServletResponse.SC_FORBIDDEN ->
                record(
                        API.matches(request)
                                ? "insufficient_scope"
                                : isRoleEnough(request, who) ? "no_form_token" : "not_for_role",
                        request,
                        who);
            default -> {}
        }
    }

    private static Optional<String> errorIn(HttpServletResponse response) {
        return response.getHeaders(HttpHeaders.WWW_AUTHENTICATE).stream()
                .flatMap(challenge -> ERROR.matcher(challenge).results())
                .map(match -> match.group(1))
                .findFirst();
    }

    private boolean isRoleEnough(HttpServletRequest request, @Nullable Authentication who) {
        return rights.authorize(() -> who, new RequestAuthorizationContext(request))
                .isGranted();
    }

    private void record(String outcome, HttpServletRequest request, @Nullable Authentication who) {
        boolean known = who != null && who.isAuthenticated() && !(who instanceof AnonymousAuthenticationToken);
        Audit.Entry entry = audit.event(API.matches(request) ? "administration_refused" : "console_refused")
                .with("by", known ? who.getName() : null)
                .with("outcome", outcome)
                .with("method", request.getMethod())
                .with("path", request.getRequestURI());
        if (known) {
            entry.with("address", request.getRemoteAddr()).keepOnceAMinute();
        } else {
            entry.keepOfNobody(request.getRemoteAddr());
        }
    }
}
