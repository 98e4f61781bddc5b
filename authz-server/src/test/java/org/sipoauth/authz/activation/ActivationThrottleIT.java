package org.sipoauth.authz.activation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.TestClock;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.throttle.SharedBuckets;

/** What wrong codes cost, on a clock that the tests move. */
class ActivationThrottleIT {
    private static final String PHONE = "SEP00005E005301";
    private static final String OFFICE = "192.0.2.1";

    private static RedisForTests.Running redis;

    private final TestClock clock = new TestClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final ActivationThrottle throttle = server(() -> -1L); // never drawn by lot

    @BeforeAll
    static void open() {
        redis = RedisForTests.open();
    }

    @AfterAll
    static void close() {
        redis.close();
    }

    @BeforeEach
    void empty() {
        redis.empty();
    }

    private ActivationThrottle server(RandomGenerator random) {
        return new ActivationThrottle(new SharedBuckets(redis.template(), clock), random);
    }

    @Test
    void shutsOutAfterTenWrongCodesForAMinuteEach() {
        for (int i = 0; i < 10; i++) {
            assertThat(guess(PHONE, OFFICE)).isTrue();
        }

        assertThat(guess(PHONE, OFFICE)).isFalse();
        clock.advance(Duration.ofSeconds(59));
        assertThat(guess(PHONE, OFFICE)).isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThat(guess(PHONE, OFFICE)).isTrue();
        assertThat(guess(PHONE, OFFICE)).isFalse();
    }

    @Test
    void countsForAllServersTogether() {
        ActivationThrottle another = server(() -> -1L);
        for (int i = 0; i < 5; i++) {
            assertThat(guess(PHONE, OFFICE)).isTrue();
            assertThat(another.begin(PHONE, OFFICE).admitted()).isTrue();
        }

        assertThat(guess(PHONE, OFFICE)).isFalse();
        assertThat(another.begin(PHONE, OFFICE).admitted()).isFalse();
    }

    @Test
    void forgivesTypingErrorsWhenTheRightCodeComes() {
        for (int i = 0; i < 9; i++) {
            guess(PHONE, OFFICE);
        }

        throttle.right(throttle.begin(PHONE, OFFICE));

        for (int i = 0; i < 10; i++) {
            assertThat(guess(PHONE, OFFICE)).isTrue();
        }
    }

    @Test
    void countsNothingForRightCodes() {
        for (int i = 0; i < 200; i++) {
            throttle.right(throttle.begin(PHONE, OFFICE));
        }

        assertThat(redis.template().keys("*")).isEmpty();
    }

    @Test
    void shutsADeviceForThoseAloneWhoHaveFailedAtIt() {
        for (int i = 0; i < 20; i++) {
            guess(PHONE, "203.0.113." + i);
        }

        assertThat(guess(PHONE, "203.0.113.7")).isFalse();
        assertThat(guess(PHONE, OFFICE)).isTrue();
        assertThat(guess(PHONE, OFFICE)).isFalse();
    }

    @Test
    void leavesTheOtherPhonesOfAnOfficeAlone() {
        for (int i = 0; i < 100; i++) {
            guess("SEP" + i, OFFICE);
        }

        assertThat(guess("SEP7", OFFICE)).isFalse();
        assertThat(guess(PHONE, OFFICE)).isTrue();
    }

    @Test
    void nobodyIsShutOutForLongByWhoGuessesAtTheSameAddress() {
        ActivationThrottle byLot = server(new Random(1));
        for (int i = 0; i < 10; i++) {
            byLot.begin(PHONE, OFFICE);
        }
        int admitted = 0;
        for (int i = 0; i < 1_280; i++) {
            admitted += byLot.begin(PHONE, OFFICE).admitted() ? 1 : 0;
        }

        assertThat(admitted).as("one in " + ActivationThrottle.LOT).isBetween(20, 60);
    }

    /** What the security model says of one address that never pauses, for six hours. */
    @Test
    void looksAtFewCodesFromOneAddress() {
        int looked = 0;
        for (Duration time = Duration.ZERO; time.compareTo(Duration.ofHours(6)) < 0; time = time.plusSeconds(20)) {
            looked += guess(PHONE, OFFICE) ? 1 : 0;
            clock.advance(Duration.ofSeconds(20));
        }

        assertThat(looked).isBetween(369, 370);
    }

    private boolean guess(String device, String address) {
        return throttle.begin(device, address).admitted();
    }
}
