package org.sipoauth.authz.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.sipoauth.authz.settings.Loopback;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.throttle.DrainingBuckets;
import org.sipoauth.authz.throttle.Network;
import org.sipoauth.authz.throttle.SharedBuckets.Limit;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps one network from taking what all share: turns requests away with 429 (RFC 6585 §4) and {@code Retry-After} that
 * come faster than those of a large office do. Requests that may make the store remember something of somebody who has not
 * shown anything yet, a session above all, have a bucket of their own, so that nobody fills the store; so have SIP servers
 * that fetch what is open to all, which phones behind the same address may not keep from it. Counts in memory of each
 * server; requests of this machine, a proxy's own among them, are not counted.
 *
 * <p>Guessing is another matter: passwords and codes have limits by account and device, where they are looked at.
 */
final class RequestRates extends OncePerRequestFilter {
    /** For machines, and without a session. */
    private static final Set<String> SESSIONLESS =
            Set.of("/oauth2/token", "/oauth2/revoke", "/oauth2/introspect", "/oauth2/device_authorization");

    private static final String CONFIGURATION_FILE = ".cnf.xml";

    /** What every page looks like. */
    private static final Set<String> OF_EVERY_PAGE = Set.of("/style.css", "/icon.svg");

    /** What SIP servers fetch now and then, beside the status lists. */
    private static final Set<String> DOCUMENTS =
            Set.of("/oauth2/jwks", "/oauth2/status-lists", "/edges", "/sip-oauth-mode", "/sip-oauth-ports");

    /** Of each network; a sign-in is three or four of these requests. */
    private static final Limit BEGIN = new Limit(5_000, Duration.ofMillis(20));

    private static final long LONGEST_WAIT_SECONDS = 60;

    private final DrainingBuckets all;
    private final DrainingBuckets begun;
    private final DrainingBuckets fetched;
    private final boolean limited;
    private final Limit limit;
    private final Counter tooMany;
    private final Counter tooManyBegun;
    private final Counter tooManyFetched;

    RequestRates(Settings.Requests settings, Clock clock, MeterRegistry meters) {
        this.all = new DrainingBuckets(clock);
        this.begun = new DrainingBuckets(clock);
        this.fetched = new DrainingBuckets(clock);
        this.limited = settings.perSecond() > 0;
        this.limit = new Limit(settings.burst(), Duration.ofSeconds(1).dividedBy(Math.max(1, settings.perSecond())));
        this.tooMany = meters.counter("sipoauth.requests.turned.away", "limit", "all");
        this.tooManyBegun = meters.counter("sipoauth.requests.turned.away", "limit", "sign_in");
        this.tooManyFetched = meters.counter("sipoauth.requests.turned.away", "limit", "documents");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String address = request.getRemoteAddr();
        if (!limited || Loopback.isLoopback(address)) {
            chain.doFilter(request, response);
            return;
        }
        String network = Network.of(address);
        String path = request.getServletPath(); // decoded, as the endpoints see it
        boolean reads = HttpMethod.GET.matches(request.getMethod());
        boolean turnedAway = reads && isDocument(path)
                ? isFull(fetched, network, limit, tooManyFetched, response)
                : isFull(all, network, limit, tooMany, response)
                        || mayBegin(path, reads) && isFull(begun, network, BEGIN, tooManyBegun, response);
        if (!turnedAway) {
            chain.doFilter(request, response);
        }
    }

    private static boolean isDocument(String path) {
        return DOCUMENTS.contains(path) || path.startsWith("/oauth2/status-lists/");
    }

    /** Whatever is not known to begin nothing: a page has a form, and a form sent without one makes a session, too. */
    private static boolean mayBegin(String path, boolean reads) {
        boolean sessionless = SESSIONLESS.contains(path) || path.startsWith("/admin/api/");
        boolean nobodys = reads
                && (OF_EVERY_PAGE.contains(path)
                        || path.startsWith("/.well-known/")
                        || path.endsWith(CONFIGURATION_FILE) && path.lastIndexOf('/') == 0);
        return !sessionless && !nobodys;
    }

    /** Counts the request, or answers it. */
    private static boolean isFull(
            DrainingBuckets buckets, String network, Limit limit, Counter refused, HttpServletResponse response)
            throws IOException {
        Duration wait = buckets.untilRoom(network, limit);
        if (wait.isZero()) {
            buckets.add(network, limit);
            return false;
        }
        refused.increment();
        response.setHeader(
                HttpHeaders.RETRY_AFTER, Long.toString(Math.min(wait.toSeconds() + 1, LONGEST_WAIT_SECONDS)));
        ErrorAnswer.send(
                HttpStatus.TOO_MANY_REQUESTS,
                "temporarily_unavailable",
                "too many requests from your network",
                response);
        return true;
    }
}
