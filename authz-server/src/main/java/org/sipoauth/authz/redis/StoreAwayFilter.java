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
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.ClassPathResource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.ClusterRedirectException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers 503 with {@code Retry-After} (RFC 9110 §15.6.4) while a store is away: Redis, or that of the key ring. Programs get
 * JSON; people get a page, made without a session, for sessions are in the store as well.
 */
final class StoreAwayFilter extends OncePerRequestFilter {
    private static final Logger LOG = LoggerFactory.getLogger(StoreAwayFilter.class);
    private static final String RETRY_AFTER_SECONDS = "5";
    private static final Pattern STATE_WITHIN_A_SCRIPT = Pattern.compile(": -(?!ERR )[A-Z]+ ");

    private static final byte[] JSON =
            "{\"error\":\"temporarily_unavailable\",\"error_description\":\"try again later\"}"
                    .getBytes(StandardCharsets.UTF_8);
    private static final String CONTENT_SECURITY_POLICY = "Content-Security-Policy";

    private final byte[] page = read("away.html");
    private final DeafConnections connections;
    private final Counter answers;

    StoreAwayFilter(DeafConnections connections, MeterRegistry meters) {
        this.connections = connections;
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
            answer(request, response);
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
                    connections.gotNoAnswer();
                }
                return true;
            }
        }
        return false;
    }

    /**
     * Redis answers {@code LOADING}, {@code READONLY}, {@code OOM}… for its own state, {@code ERR} for a bad command. Redis 6.2
     * puts {@code ERR} in front of what a command of a script was answered, too.
     */
    private static boolean isOurMistake(RedisException refusal) {
        String message = String.valueOf(refusal.getMessage());
        return refusal instanceof RedisCommandExecutionException
                && message.startsWith("ERR")
                && !STATE_WITHIN_A_SCRIPT.matcher(message).find();
    }

    private void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.resetBuffer();
        response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (!isForPeople(request)) {
            response.setContentType(MediaType.APPLICATION_JSON_VALUE);
            response.getOutputStream().write(JSON);
            return;
        }
        if (!response.containsHeader(
                CONTENT_SECURITY_POLICY)) { // the store was away before Spring Security had its turn
            response.setHeader(
                    CONTENT_SECURITY_POLICY,
                    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'");
        }
        response.setContentType("text/html;charset=UTF-8");
        response.getOutputStream().write(page);
    }

    /** Every browser names XHTML where it asks for a page; that HTML is welcome, the JDK's old HTTP client says as well. */
    private static boolean isForPeople(HttpServletRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return "true".equals(request.getHeader("HX-Request"))
                || accept != null && accept.contains(MediaType.APPLICATION_XHTML_XML_VALUE);
    }

    private static byte[] read(String resource) {
        try (InputStream file = new ClassPathResource(resource, StoreAwayFilter.class).getInputStream()) {
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
