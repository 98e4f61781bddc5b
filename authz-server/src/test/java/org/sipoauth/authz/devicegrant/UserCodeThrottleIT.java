package org.sipoauth.authz.devicegrant;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.TestClock;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.throttle.SharedBuckets;

/** What wrong user codes cost, and requests for codes, on a clock that the tests move. */
class UserCodeThrottleIT {
    private static final String OFFICE = "192.0.2.1";
    private static final int AT_ONCE = 200;

    private static RedisForTests.Running redis;

    private final TestClock clock = new TestClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final SharedBuckets buckets = new SharedBuckets(redis.template(), clock);
    private final UserCodeThrottle throttle = new UserCodeThrottle(buckets);

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

    @Test
    void shutsAnAccountAfterTenWrongCodesFromAnywhereForAMinuteEach() {
        for (int i = 0; i < 10; i++) {
            assertThat(guess("mallory", "203.0.113." + i)).isEmpty();
        }

        assertThat(guess("mallory", OFFICE)).hasValue(Duration.ofMinutes(1));
        clock.advance(Duration.ofSeconds(60));
        assertThat(guess("mallory", OFFICE)).isEmpty();
        assertThat(guess("mallory", OFFICE)).isPresent();
    }

    @Test
    void countsForAllServersTogether() {
        UserCodeThrottle another = new UserCodeThrottle(new SharedBuckets(redis.template(), clock));
        for (int i = 0; i < 5; i++) {
            assertThat(guess("mallory", OFFICE)).isEmpty();
            assertThat(another.begin("mallory", OFFICE).delay()).isEmpty();
        }

        assertThat(guess("mallory", OFFICE)).isPresent();
        assertThat(another.begin("mallory", OFFICE).delay()).isPresent();
    }

    @Test
    void countsNothingForRightCodes() {
        for (int i = 0; i < 100; i++) {
            throttle.right(throttle.begin("alice", OFFICE));
        }

        assertThat(redis.template().keys("*")).isEmpty();
    }

    /** A page of another site can open as many addresses in somebody's browser as it likes. */
    @Test
    void countsCodesInAddressesApartFromThoseThatAreTyped() {
        for (int i = 0; i < 10; i++) {
            assertThat(throttle.beginByLink("alice", OFFICE).delay()).isEmpty();
        }

        assertThat(throttle.beginByLink("alice", OFFICE).delay()).isPresent();
        assertThat(guess("alice", OFFICE)).isEmpty();
    }

    @Test
    void leavesEveryOtherAccountAlone() {
        for (int i = 0; i < 100; i++) {
            guess("mallory", OFFICE);
        }

        assertThat(guess("alice", OFFICE)).isEmpty();
    }

    @Test
    void shutsANetworkWithManyAccountsForThoseThatHaveFailed() {
        for (int i = 0; i < 50; i++) {
            guess("account" + i, OFFICE);
        }

        assertThat(guess("account7", OFFICE)).isPresent();
        assertThat(guess("account7", "198.51.100.1")).isEmpty();
        assertThat(guess("alice", OFFICE)).isEmpty();
        assertThat(guess("alice", OFFICE)).isPresent();
    }

    /** A household has 64 bits of addresses at least. */
    @Test
    void takesTheAddressesOfOneHouseholdForOne() {
        for (int i = 0; i < 50; i++) {
            guess("account" + i, "2001:db8:1:2::" + i);
        }

        assertThat(guess("account7", "2001:db8:1:2:3:4:5:6")).isPresent();
        assertThat(guess("account7", "2001:db8:1:3::1")).isEmpty();
    }

    @Test
    void letsANetworkAskForCodesAsOftenAsAnOfficeDoesAndNoMore() {
        DeviceAuthorizationRequests requests = DeviceAuthorizationRequestsTest.requests(clock::instant, buckets);
        for (int i = 0; i < AT_ONCE; i++) {
            assertThat(DeviceAuthorizationRequestsTest.ask(requests, OFFICE)).isNotInstanceOf(GrantRefused.class);
        }

        assertThat(DeviceAuthorizationRequestsTest.ask(requests, OFFICE))
                .isInstanceOfSatisfying(
                        GrantRefused.class,
                        refused -> assertThat(refused.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
        assertThat(DeviceAuthorizationRequestsTest.ask(requests, "192.0.2.8")).isNotInstanceOf(GrantRefused.class);
        clock.advance(Duration.ofSeconds(1));
        assertThat(DeviceAuthorizationRequestsTest.ask(requests, OFFICE)).isNotInstanceOf(GrantRefused.class);
    }

    private Optional<Duration> guess(String account, String address) {
        return throttle.begin(account, address).delay();
    }
}
