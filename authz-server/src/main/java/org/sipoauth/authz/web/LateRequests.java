package org.sipoauth.authz.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Turns a request for tokens away that has waited too long for its turn, with 503 and {@code Retry-After} (RFC 9110
 * §15.6.4), before it has done anything. A copy of a refresh that is worked on more than 10 seconds after its successor was
 * used is taken for a replay, which ends the login; and whoever asked has given up waiting by then, or will.
 */
final class LateRequests extends OncePerRequestFilter {
    /** A third of what a copy of a refresh may be late: the rest is for the network. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

    private final Supplier<Duration> waited;
    private final Counter turnedAway;

    /** @param waited how long the request at hand has */
    LateRequests(Supplier<Duration> waited, MeterRegistry meters) {
        this.waited = waited;
        this.turnedAway = meters.counter("sipoauth.requests.turned.away", "limit", "wait");
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !TokenRequests.isOne(request.getMethod(), request.getServletPath());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (waited.get().compareTo(LONGEST_WAIT) <= 0) {
            chain.doFilter(request, response);
            return;
        }
        turnedAway.increment();
        int pause = ThreadLocalRandom.current().nextInt(3, 9); // seconds, so that not all come again at once
        response.setHeader(HttpHeaders.RETRY_AFTER, Integer.toString(pause));
        ErrorAnswer.send(
                HttpStatus.SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "too many requests at once: send the same request again",
                response);
    }
}
