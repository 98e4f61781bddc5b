package org.sipoauth.authz.signin;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sipoauth.authz.settings.RandomSecret;
import org.sipoauth.authz.subscriber.KeptForAccount;
import org.sipoauth.authz.throttle.SharedBuckets;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;

/**
 * The browsers on which somebody has signed in to an account, told by a cookie that each gets anew at every sign-in ("device
 * cookies", OWASP: Slow Down Online Guessing Attacks with Device Cookies). It lets nobody in: it gives their attempts a
 * count of their own, which a stranger's do not fill. A browser is known to the account that was signed in to last.
 *
 * <p>The store has the hashes of the last 16 of an account, for 180 days.
 */
@Component
final class KnownBrowsers implements KeptForAccount {
    static final String COOKIE = "sipoauth-browser";
    private static final Duration REMEMBERED = Duration.ofDays(180);
    private static final int MOST_BROWSERS = 16;
    private static final int COOKIE_BITS = 192;
    private static final Pattern COOKIE_VALUE = Pattern.compile("[A-Za-z0-9_-]{32}");

    private static final RedisScript<Long> REMEMBER = new DefaultRedisScript<>("""
            redis.call('ZREM', KEYS[1], ARGV[2])
            redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
            redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[4])
            redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[5]))
            redis.call('EXPIRE', KEYS[1], ARGV[6])
            return 1
            """, Long.class);

    private final StringRedisTemplate redis;
    private final Clock clock;

    KnownBrowsers(StringRedisTemplate redis, Clock clock) {
        this.redis = redis;
        this.clock = clock;
    }

    /** What the browser is called in the store, if somebody has signed in to this account on it. */
    Optional<String> recognize(String account, HttpServletRequest request) {
        return cookie(request).map(SharedBuckets::hash).filter(browser -> {
            Double since = redis.opsForZSet().score(key(account), browser);
            return since != null && since > oldest();
        });
    }

    /** Gives the browser a new cookie, in place of the one that it may have shown. */
    void remember(String account, HttpServletRequest request, HttpServletResponse response) {
        String value = RandomSecret.ofBits(COOKIE_BITS);
        redis.execute(
                REMEMBER,
                List.of(key(account)),
                SharedBuckets.hash(value),
                cookie(request).map(SharedBuckets::hash).orElse(""),
                Long.toString(clock.instant().getEpochSecond()),
                Long.toString(oldest()),
                Integer.toString(MOST_BROWSERS),
                Long.toString(REMEMBERED.toSeconds()));
        response.addHeader(
                HttpHeaders.SET_COOKIE,
                ResponseCookie.from(COOKIE, value)
                        .path("/")
                        .httpOnly(true)
                        .secure(request.isSecure())
                        .sameSite("Lax")
                        .maxAge(REMEMBERED)
                        .build()
                        .toString());
    }

    @Override
    public void forget(String account) {
        redis.delete(key(account));
    }

    private long oldest() {
        return clock.instant().minus(REMEMBERED).getEpochSecond();
    }

    private static Optional<String> cookie(HttpServletRequest request) {
        if (request.getCookies() != null) {
            for (Cookie cookie : request.getCookies()) {
                if (cookie.getName().equals(COOKIE)
                        && COOKIE_VALUE.matcher(cookie.getValue()).matches()) {
                    return Optional.of(cookie.getValue());
                }
            }
        }
        return Optional.empty();
    }

    private static String key(String account) {
        return "known-browsers:" + SharedBuckets.hash(account); // of names, too: people type their passwords there
    }
}
