package org.sipoauth.authz.signin;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.Cookie;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.TestClock;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.throttle.SharedBuckets;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** What attempts at passwords cost, on a clock that the tests move. */
class SignInThrottleIT {
    private static final String OFFICE = "192.0.2.1";
    private static final String HOME = "198.51.100.1";
    private static final String STRANGER = "203.0.113.7";

    private static RedisForTests.Running store;
    private static StringRedisTemplate redis;

    private final TestClock clock = new TestClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final SignInThrottle throttle = server();

    @BeforeAll
    static void open() {
        store = RedisForTests.open();
        redis = store.template();
    }

    @AfterAll
    static void close() {
        store.close();
    }

    @BeforeEach
    void empty() {
        store.empty();
    }

    private SignInThrottle server() {
        return new SignInThrottle(new SharedBuckets(redis, clock), new KnownBrowsers(redis, clock));
    }

    @Test
    void letsSomebodyMistypeFourTimesAndShutsAfterTheFifth() {
        assertThat(guess("alice", OFFICE, 5)).isEqualTo(5);

        assertThat(attempt("alice", OFFICE)).hasValue(Duration.ofMinutes(1));
    }

    @Test
    void opensForOneAttemptEachMinute() {
        guess("alice", OFFICE, 5);

        clock.advance(Duration.ofSeconds(59));
        assertThat(attempt("alice", OFFICE)).isPresent();
        clock.advance(Duration.ofSeconds(1));
        assertThat(attempt("alice", OFFICE)).isEmpty();
        assertThat(attempt("alice", OFFICE)).isPresent();
    }

    @Test
    void doesNotShutOthersBehindTheSameAddressOut() {
        guess("alice", OFFICE, 1000);

        assertThat(attempt("bob", OFFICE)).isEmpty();
    }

    @Test
    void shutsANetworkThatTriesManyNames() {
        for (int i = 0; i < 50; i++) {
            guess("name" + i, STRANGER, 1);
        }

        assertThat(attempt("another", STRANGER)).isPresent();
        assertThat(attempt("another", OFFICE)).isEmpty();
    }

    @Test
    void takesSixtyFourBitsOfIpv6ForOneNetwork() {
        for (int i = 0; i < 5; i++) {
            assertThat(attempt("alice", "2001:db8:0:1::" + i)).isEmpty();
        }

        assertThat(attempt("alice", "2001:db8:0:1:ffff::1")).isPresent();
        assertThat(attempt("alice", "2001:db8:0:2::1")).isEmpty();
        assertThat(attempt("alice", "::ffff:192.0.2.1")).isEmpty();
        guess("alice", OFFICE, 4);
        assertThat(attempt("alice", "::ffff:192.0.2.1")).as("is 192.0.2.1").isPresent();
    }

    @Test
    void countsWhatIsNoAddressForOneNetworkAsWell() {
        for (String odd : new String[] {"unknown", "a name.invalid", "::nothing", "999.999.999.999"}) {
            assertThat(guess("alice", odd, 10)).as(odd).isEqualTo(5);
        }
    }

    @Test
    void countsSpellingsOfOneNameTogether() {
        guess("alice", OFFICE, 2);
        guess("Alice", OFFICE, 2);
        guess(" alice ", OFFICE, 1);

        assertThat(attempt("ALICE", OFFICE)).isPresent();
    }

    @Test
    void countsAttemptsAtAllServersTogether() {
        SignInThrottle another = server();
        guess("alice", OFFICE, 3);

        assertThat(another.begin("alice", from(OFFICE)).delay()).isEmpty();
        assertThat(another.begin("alice", from(OFFICE)).delay()).isEmpty();
        assertThat(another.begin("alice", from(OFFICE)).delay()).isPresent();
        assertThat(attempt("alice", OFFICE)).isPresent();
    }

    /** Before any of them is known to be wrong. */
    @Test
    void countsAttemptsThatAreMadeAtOnce() throws Exception {
        ExecutorService many = Executors.newFixedThreadPool(16);
        try {
            List<Future<Optional<Duration>>> attempts = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                attempts.add(many.submit(() -> attempt("alice", OFFICE)));
            }
            int let = 0;
            for (Future<Optional<Duration>> attempt : attempts) {
                let += attempt.get().isEmpty() ? 1 : 0;
            }

            assertThat(let).isEqualTo(5);
        } finally {
            many.shutdownNow();
        }
    }

    @Test
    void startsAfreshAfterASuccess() {
        guess("alice", OFFICE, 4);
        signIn("alice", OFFICE);

        assertThat(guess("alice", OFFICE, 10)).isEqualTo(5);
    }

    @Test
    void countsNoSuccess() {
        for (int i = 0; i < 200; i++) {
            signIn("alice", OFFICE);
        }

        for (int i = 0; i < 20; i++) {
            assertThat(attempt("alice", "203.0.113." + i)).isEmpty();
        }
        assertThat(attempt("bob", OFFICE)).isEmpty();
    }

    @Test
    void knowsNoBrowserOfAnotherAccount() {
        Cookie mallorys = signIn("mallory", STRANGER);
        guess("alice", STRANGER, 5);

        assertThat(throttle.begin("alice", from(STRANGER, mallorys)).delay()).isPresent();
        assertThat(throttle.begin("mallory", from(STRANGER, mallorys)).delay()).isEmpty();
    }

    @Test
    void givesAKnownBrowserNoMoreGuessesThanAnother() {
        Cookie stolen = signIn("alice", HOME);

        int let = 0;
        for (int i = 0; i < 50; i++) {
            let += throttle.begin("alice", from("203.0.113." + i, stolen))
                            .delay()
                            .isEmpty()
                    ? 1
                    : 0;
        }

        assertThat(let).isEqualTo(5);
    }

    @Test
    void knowsTheLastSixteenBrowsersForHalfAYear() {
        Cookie first = signIn("alice", HOME);
        List<Cookie> later = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            clock.advance(Duration.ofSeconds(1));
            later.add(signIn("alice", HOME));
        }
        guess("alice", HOME, 5);

        assertThat(throttle.begin("alice", from(HOME, first)).delay()).isPresent();
        assertThat(later)
                .allSatisfy(cookie -> assertThat(
                                throttle.begin("alice", from(HOME, cookie)).delay())
                        .isEmpty());
        clock.advance(Duration.ofDays(181));
        guess("alice", HOME, 5);
        assertThat(throttle.begin("alice", from(HOME, later.get(15))).delay()).isPresent();
    }

    @Test
    void keepsNothingThatSomebodyTyped() {
        guess("my secret password", OFFICE, 2);
        signIn("alice", OFFICE);

        assertThat(redis.keys("*")).isNotEmpty().noneMatch(key -> key.contains("secret") || key.contains("alice"));
    }

    /**
     * The bound that the security model states: an account is hammered for six hours from two hundred networks, each trying
     * as often as it is let. Its owner gets in at the first attempt all the while, on a browser that is known, and on a new
     * one from a network that none of the attackers uses.
     */
    @Test
    void keepsAHammeredAccountOpenForItsOwner() {
        int networks = 200;
        Cookie known = signIn("alice", HOME);
        int guesses = 0;
        Duration attack = Duration.ofHours(6);
        Duration step = Duration.ofMinutes(5);
        for (Duration at = Duration.ZERO; at.compareTo(attack) < 0; at = at.plus(step)) {
            clock.advance(step);
            for (int network = 0; network < networks; network++) {
                guesses += guess("alice", "10.9.0." + network, Integer.MAX_VALUE);
            }
            known = signIn("alice", "10.9.0.0", known); // even from where the attack comes
        }

        assertThat(attempt("alice", "10.9.0.0")).isPresent();
        assertThat(attempt("alice", STRANGER)).as("the owner on a new browser").isEmpty();
        assertThat(attempt("alice", STRANGER)).as("mistyped").isEmpty();
        assertThat(attempt("alice", STRANGER)).as("mistyped again").isEmpty();
        assertThat(attempt("alice", STRANGER)).as("no more than three tries").isPresent();
        assertThat(attempt("bob", STRANGER)).isEmpty();
        int byTheAccount = 20 + (int) attack.toMinutes();
        int byTheNetworks = 3 * networks;
        assertThat(guesses).isBetween(byTheNetworks, byTheAccount + byTheNetworks);
    }

    /** As often as it is let, at one instant; how often that was. */
    private int guess(String account, String address, int most) {
        int let = 0;
        while (let < most && attempt(account, address).isEmpty()) {
            let++;
        }
        return let;
    }

    private Optional<Duration> attempt(String account, String address) {
        return throttle.begin(account, from(address)).delay();
    }

    private Cookie signIn(String account, String address, Cookie... cookies) {
        MockHttpServletRequest request = from(address, cookies);
        MockHttpServletResponse response = new MockHttpServletResponse();
        SignInThrottle.Attempt attempt = throttle.begin(account, request);
        assertThat(attempt.delay()).as(account + " from " + address).isEmpty();
        throttle.succeeded(attempt, request, response);
        return new Cookie(
                KnownBrowsers.COOKIE, response.getCookie(KnownBrowsers.COOKIE).getValue());
    }

    private static MockHttpServletRequest from(String address, Cookie... cookies) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.setRemoteAddr(address);
        request.setCookies(cookies);
        return request;
    }
}
