package org.sipoauth.authz.activation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ActivationThrottleTest {
    private static final String PHONE = "SEP00005E005301";
    private static final String OFFICE = "192.0.2.1";

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final InstantSource source = () -> now;
    private final ActivationThrottle throttle = throttle(() -> -1L); // never drawn by lot

    private ActivationThrottle throttle(RandomGenerator random) {
        return new ActivationThrottle(source.withZone(ZoneOffset.UTC), random);
    }

    @Test
    void shutsOutAfterTenWrongCodesForAMinuteEach() {
        for (int i = 0; i < 10; i++) {
            assertThat(guess(PHONE, OFFICE)).isTrue();
        }

        assertThat(guess(PHONE, OFFICE)).isFalse();
        now = now.plusSeconds(59);
        assertThat(guess(PHONE, OFFICE)).isFalse();
        now = now.plusSeconds(1);
        assertThat(guess(PHONE, OFFICE)).isTrue();
        assertThat(guess(PHONE, OFFICE)).isFalse();
    }

    @Test
    void countsACodeBeforeItIsLookedAt() {
        for (int i = 0; i < 10; i++) {
            assertThat(throttle.admits(PHONE, OFFICE)).isTrue();
        }

        assertThat(throttle.admits(PHONE, OFFICE)).as("the eleventh of a burst").isFalse();
    }

    @Test
    void forgivesTypingErrorsWhenTheRightCodeComes() {
        for (int i = 0; i < 9; i++) {
            guess(PHONE, OFFICE);
        }
        assertThat(throttle.admits(PHONE, OFFICE)).isTrue();

        throttle.right(PHONE, OFFICE);

        for (int i = 0; i < 10; i++) {
            assertThat(guess(PHONE, OFFICE)).isTrue();
        }
    }

    @Test
    void shutsADeviceForThoseAloneWhoHaveFailedAtIt() {
        for (int i = 0; i < 20; i++) {
            guess(PHONE, "203.0.113." + i);
        }

        assertThat(throttle.admits(PHONE, "203.0.113.7")).isFalse();
        assertThat(guess(PHONE, OFFICE)).isTrue();
        assertThat(guess(PHONE, OFFICE)).isFalse();
    }

    @Test
    void leavesTheOtherPhonesOfAnOfficeAlone() {
        for (int i = 0; i < 100; i++) {
            guess("SEP" + i, OFFICE);
        }

        assertThat(throttle.admits("SEP7", OFFICE)).isFalse();
        assertThat(throttle.admits(PHONE, OFFICE)).isTrue();
    }

    @Test
    void nobodyIsShutOutForLongByWhoGuessesAtTheSameAddress() {
        ActivationThrottle byLot = throttle(new Random(1));
        for (int i = 0; i < 10; i++) {
            byLot.admits(PHONE, OFFICE);
        }
        int admitted = 0;
        for (int i = 0; i < 32_000; i++) {
            admitted += byLot.admits(PHONE, OFFICE) ? 1 : 0;
        }

        assertThat(admitted).as("one in " + ActivationThrottle.LOT).isBetween(850, 1_150);
    }

    /** What the security model says of one address that never pauses, for a week. */
    @Test
    void looksAtFewCodesFromOneAddress() {
        int looked = 0;
        for (Duration time = Duration.ZERO; time.compareTo(Duration.ofDays(7)) < 0; time = time.plusSeconds(1)) {
            looked += guess(PHONE, OFFICE) ? 1 : 0;
            now = now.plusSeconds(1);
        }

        assertThat(looked).isBetween(10_080, 10_100);
    }

    private boolean guess(String device, String address) {
        boolean admitted = throttle.admits(device, address);
        if (admitted) {
            throttle.wrong(device, address);
        }
        return admitted;
    }
}
