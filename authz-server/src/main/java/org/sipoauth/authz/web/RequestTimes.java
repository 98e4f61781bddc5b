package org.sipoauth.authz.web;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.http.Outcome;
import io.micrometer.observation.ObservationRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.http.HttpMethod;
import org.springframework.web.filter.ServerHttpObservationFilter;

/**
 * Times requests: those for tokens, of which there are most, by a timer alone; all others by an observation, which costs
 * several times as much. The metric and its labels are the same.
 */
final class RequestTimes extends ServerHttpObservationFilter {
    private static final String METRIC = "http.server.requests";
    private static final String NONE = "none";

    private final MeterRegistry meters;
    private final Map<Result, Timer> timers = new ConcurrentHashMap<>();

    /** @param exception its class, by its simple name */
    private record Result(int status, String exception) {}

    RequestTimes(ObservationRegistry observations, MeterRegistry meters) {
        super(observations);
        this.meters = meters;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!TokenRequests.isOne(request.getMethod(), request.getServletPath())) {
            super.doFilterInternal(request, response, chain);
            return;
        }
        long start = System.nanoTime();
        String exception = NONE;
        try {
            chain.doFilter(request, response);
        } catch (ServletException | IOException | RuntimeException e) {
            response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR); // as it will be answered
            exception = (e instanceof ServletException && e.getCause() != null ? e.getCause() : e)
                    .getClass()
                    .getSimpleName();
            throw e;
        } finally {
            timers.computeIfAbsent(new Result(response.getStatus(), exception), this::timer)
                    .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }

    private Timer timer(Result result) {
        return meters.timer(
                METRIC,
                "error",
                result.exception(),
                "exception",
                result.exception(),
                "method",
                HttpMethod.POST.name(),
                "outcome",
                Outcome.forStatus(result.status()).name(),
                "status",
                Integer.toString(result.status()),
                "uri",
                "UNKNOWN"); // a filter answers them, and no handler with a pattern
    }
}
