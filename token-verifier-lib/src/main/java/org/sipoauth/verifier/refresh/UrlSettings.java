package org.sipoauth.verifier.refresh;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** What sources that read from an address have in common; their builders say what each setting means. */
public final class UrlSettings {
    /** Whatever is reckoned with it stays far from what a number or a date can hold. */
    private static final Duration LONGEST = Duration.ofDays(36_525);

    private final URI uri;
    private Duration interval;
    private Duration timeout = Duration.ofSeconds(5);
    private Duration maxStaleness = Duration.ofHours(24);
    private InstantSource clock = Clock.systemUTC();
    private @Nullable SSLContext sslContext;
    private @Nullable Path cacheFile;
    private boolean insecurePlainHttp;

    public UrlSettings(URI uri, Duration interval) {
        this.uri = Objects.requireNonNull(uri);
        this.interval = interval;
    }

    public URI uri() {
        return uri;
    }

    public Duration interval() {
        return interval;
    }

    public void interval(Duration limit) {
        this.interval = positive(limit);
    }

    public Duration timeout() {
        return timeout;
    }

    public void timeout(Duration limit) {
        this.timeout = positive(limit);
    }

    public Duration maxStaleness() {
        return maxStaleness;
    }

    public void maxStaleness(Duration limit) {
        this.maxStaleness = positive(limit);
    }

    public InstantSource clock() {
        return clock;
    }

    public void clock(InstantSource source) {
        this.clock = Objects.requireNonNull(source);
    }

    public void sslContext(SSLContext context) {
        this.sslContext = Objects.requireNonNull(context);
    }

    public @Nullable Path cacheFile() {
        return cacheFile;
    }

    public void cacheFile(Path file) {
        this.cacheFile = Objects.requireNonNull(file);
    }

    public void insecurePlainHttp() {
        this.insecurePlainHttp = true;
    }

    public HttpFetcher fetcher() {
        return new HttpFetcher(sslContext, timeout);
    }

    /**
     * @throws IllegalArgumentException if the address is not an {@code https:} one, or {@code http:} where allowed; or has a
     *     password, which nobody would send and every log would show
     */
    public void requireAllowedAddress() {
        boolean allowed = "https".equalsIgnoreCase(uri.getScheme())
                || insecurePlainHttp && "http".equalsIgnoreCase(uri.getScheme());
        if (!allowed || uri.getHost() == null || uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "not an https address without user and password: " + uri.getScheme() + "://" + uri.getHost());
        }
    }

    public static Duration positive(Duration duration) {
        if (duration.isNegative() || duration.isZero() || duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("duration must be positive, and of 100 years at most");
        }
        return duration;
    }
}
