package org.sipoauth.authz.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.ClusterRedirectException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/** Answers 503 with {@code Retry-After} (RFC 9110 §15.6.4) while a store is away: Redis, or that of the key ring. */
final class StoreAwayFilter extends OncePerRequestFilter {
    private static final Logger LOG = LoggerFactory.getLogger(StoreAwayFilter.class);
    private static final String RETRY_AFTER_SECONDS = "5";

    private final DeafConnection connection;
    private final Counter answers;

    StoreAwayFilter(DeafConnection connection, MeterRegistry meters) {
        this.connection = connection;
        this.answers = Counter.builder("sipoauth.store.away")
                .description("Requests answered 503, for the store was away")
                .register(meters);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            chain.doFilter(request, response);
        } catch (ServletException | RuntimeException e) {
            if (response.isCommitted() || !isStoreAway(e)) {
                throw e;
            }
            answers.increment();
            answer(response);
        }
    }

    private boolean isStoreAway(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataAccessResourceFailureException
                    || cause instanceof QueryTimeoutException
                    || cause instanceof ClusterRedirectException
                    || (cause instanceof RedisException refusal && !isOurMistake(refusal))) {
                LOG.warn("the store is away: {}", cause.getMessage());
                if (cause instanceof QueryTimeoutException) {
                    connection.gotNoAnswer();
                }
                return true;
            }
        }
        return false;
    }

    /** Redis answers {@code LOADING}, {@code READONLY}, {@code OOM}… for its own state, {@code ERR} for a bad command. */
    private static boolean isOurMistake(RedisException refusal) {
        return refusal instanceof RedisCommandExecutionException
                && String.valueOf(refusal.getMessage()).startsWith("ERR");
    }

    private static void answer(HttpServletResponse response) throws IOException {
        response.resetBuffer();
        response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getOutputStream()
                .write("{\"error\":\"temporarily_unavailable\",\"error_description\":\"try again later\"}"
                        .getBytes(StandardCharsets.UTF_8));
    }
}
