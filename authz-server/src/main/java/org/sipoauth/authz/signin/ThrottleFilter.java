package org.sipoauth.authz.signin;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.sipoauth.authz.audit.Audit;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/** Turns attempts away that come too fast, before they cost a password hash. */
final class ThrottleFilter extends OncePerRequestFilter {
    /** The same matcher as that of the filter behind: it takes other spellings of the path, too. */
    private static final RequestMatcher ATTEMPT = PathPatternRequestMatcher.pathPattern(HttpMethod.POST, SignIn.PAGE);

    private static final String ATTEMPT_ATTRIBUTE = ThrottleFilter.class.getName() + ".attempt";

    private final SignInThrottle throttle;
    private final SignInMetrics metrics;
    private final Audit audit;

    ThrottleFilter(SignInThrottle throttle, SignInMetrics metrics, Audit audit) {
        this.throttle = throttle;
        this.metrics = metrics;
        this.audit = audit;
    }

    /** The attempt that was let through with this request. */
    static Optional<SignInThrottle.Attempt> attempt(HttpServletRequest request) {
        return Optional.ofNullable((SignInThrottle.Attempt) request.getAttribute(ATTEMPT_ATTRIBUTE));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!ATTEMPT.matches(request)) {
            chain.doFilter(request, response);
            return;
        }
        String account = request.getParameter(UsernamePasswordAuthenticationFilter.SPRING_SECURITY_FORM_USERNAME_KEY);
        SignInThrottle.Attempt attempt = throttle.begin(account, request);
        Optional<Duration> wait = attempt.delay();
        if (wait.isEmpty()) {
            request.setAttribute(ATTEMPT_ATTRIBUTE, attempt);
            chain.doFilter(request, response);
            return;
        }
        metrics.refused("too_many");
        audit.event("sign_in_refused").with("outcome", "too_many").keepOfNobody(request.getRemoteAddr());
        response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(wait.get().toSeconds() + 1));
        response.sendError(HttpStatus.TOO_MANY_REQUESTS.value());
    }
}
