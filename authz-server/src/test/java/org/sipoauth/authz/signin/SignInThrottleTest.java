package org.sipoauth.authz.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class SignInThrottleTest {
    private static final String OFFICE = "192.0.2.1";
    private static final String STRANGER = "203.0.113.7";

    private final TestClock clock = new TestClock();
    private final SignInThrottle throttle = new SignInThrottle(clock);

    @Test
    void letsSomebodyMistypeFourTimesAndShutsAfterTheFifth() {
        fail("alice", OFFICE, 4);
        assertThat(throttle.wait("alice", OFFICE)).isEmpty();

        fail("alice", OFFICE, 1);

        assertThat(throttle.wait("alice", OFFICE)).hasValue(Duration.ofMinutes(1));
    }

    @Test
    void opensForOneAttemptEachMinute() {
        fail("alice", OFFICE, 5);

        clock.advance(Duration.ofSeconds(59));
        assertThat(throttle.wait("alice", OFFICE)).isPresent();
        clock.advance(Duration.ofSeconds(1));
        assertThat(throttle.wait("alice", OFFICE)).isEmpty();
        fail("alice", OFFICE, 1);
        assertThat(throttle.wait("alice", OFFICE)).isPresent();
    }

    @Test
    void doesNotShutOthersBehindTheSameAddressOut() {
        fail("alice", OFFICE, 5);

        assertThat(throttle.wait("bob", OFFICE)).isEmpty();
    }

    @Test
    void shutsAnAddressThatTriesManyNames() {
        for (int i = 0; i < 50; i++) {
            fail("name" + i, STRANGER, 1);
        }

        assertThat(throttle.wait("another", STRANGER)).isPresent();
        assertThat(throttle.wait("another", OFFICE)).isEmpty();
    }

    @Test
    void shutsStrangersOutOfAnAttackedAccountButNotItsOwner() {
        throttle.succeeded("alice", OFFICE);
        for (int i = 0; i < 20; i++) {
            fail("alice", "203.0.113." + i, 1);
        }

        assertThat(throttle.wait("alice", "198.51.100.1")).isPresent();
        assertThat(throttle.wait("alice", OFFICE)).isEmpty();
    }

    @Test
    void countsSpellingsOfOneNameTogether() {
        fail("alice", OFFICE, 2);
        fail("Alice", OFFICE, 2);
        fail(" alice ", OFFICE, 1);

        assertThat(throttle.wait("ALICE", OFFICE)).isPresent();
    }

    @Test
    void startsAfreshAfterASuccess() {
        fail("alice", OFFICE, 4);
        throttle.succeeded("alice", OFFICE);
        fail("alice", OFFICE, 4);

        assertThat(throttle.wait("alice", OFFICE)).isEmpty();
    }

    private void fail(String account, String address, int times) {
        for (int i = 0; i < times; i++) {
            throttle.failed(account, address);
        }
    }

    private static final class TestClock extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        void advance(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
