package org.sipoauth.authz.devicegrant;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sipoauth.authz.devicegrant.DeviceCodes.Decision;
import org.sipoauth.authz.devicegrant.DeviceCodes.Issued;
import org.sipoauth.authz.devicegrant.DeviceCodes.Outcome;
import org.sipoauth.authz.redis.RedisForTests;

/** The scripts, on a real Redis. */
class DeviceCodesIT {
    private static final Instant START = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private static final Duration LIFE = Duration.ofMinutes(10);
    private static final String CLIENT = "deskphone";
    private static final Authorization ASKED = new Authorization(CLIENT, "SEP00005E005301", "192.0.2.7", START);

    private static RedisForTests.Running redis;
    private static DeviceCodes codes;

    @BeforeAll
    static void open() {
        redis = RedisForTests.open();
        codes = new DeviceCodes(redis.template(), LIFE, Duration.ofSeconds(5));
    }

    @AfterAll
    static void close() {
        redis.close();
    }

    private final Issued issued = codes.start(ASKED);

    @Test
    void keepsWhatAPhoneAskedForUntilItsCodesExpireAndForgetsItSoonAfter() {
        assertThat(codes.findUndecided(issued.userCode(), START)).contains(ASKED);
        assertThat(codes.findUndecided(issued.userCode(), START.plus(LIFE).minusMillis(1)))
                .contains(ASKED);
        assertThat(codes.findUndecided(issued.userCode(), START.plus(LIFE))).isEmpty();
        assertThat(redis.template()
                        .getExpire("device-code:" + issued.deviceCode().id(), TimeUnit.SECONDS))
                .isBetween(1L, LIFE.plusMinutes(10).toSeconds());
    }

    @Test
    void holdsNeitherCode() {
        Map<Object, Object> stored = redis.template()
                .opsForHash()
                .entries("device-code:" + issued.deviceCode().id());

        String secret = issued.deviceCode().value().split("\\.")[1];
        assertThat(stored.toString())
                .doesNotContain(
                        secret, issued.userCode().shown(), issued.userCode().letters());
    }

    @Test
    void asksToPollAgainUntilSomebodyDecides() {
        assertThat(poll(0)).isEqualTo(new Poll.Pending());
        assertThat(poll(5)).isEqualTo(new Poll.Pending());
    }

    @Test
    void asksAPhoneThatPollsTooSoonToWaitFiveSecondsLonger() {
        poll(0);
        assertThat(poll(3)).isEqualTo(new Poll.TooEarly());
        assertThat(poll(11)).as("8 s of the 10 s").isEqualTo(new Poll.TooEarly());
        assertThat(poll(26)).as("15 s").isEqualTo(new Poll.Pending());
    }

    @Test
    void toleratesThatTwoPollsMoveTogetherOnTheirWay() {
        poll(0);

        assertThat(codes.poll(issued.deviceCode(), CLIENT, START.plusMillis(4_000)))
                .isEqualTo(new Poll.Pending());
        assertThat(codes.poll(issued.deviceCode(), CLIENT, START.plusMillis(7_999)))
                .isEqualTo(new Poll.TooEarly());
    }

    @Test
    void forgivesAPhoneThatHasWaitedAsItWasTold() {
        poll(0);
        poll(1);
        assertThat(poll(11)).isEqualTo(new Poll.Pending());

        assertThat(poll(16)).as("5 s are enough again").isEqualTo(new Poll.Pending());
    }

    @Test
    void neverAsksForMoreThanAMinute() {
        for (int second = 0; second < 100; second++) {
            poll(second);
        }

        assertThat(poll(99 + 60)).isEqualTo(new Poll.Pending());
    }

    @Test
    void givesItsLoginEvenToAPhoneThatCannotSlowDown() {
        for (int second = 0; second < 30; second++) {
            poll(second);
        }
        decide(Decision.APPROVED, 30);

        assertThat(poll(30)).isInstanceOf(Poll.Claimed.class);
    }

    @Test
    void saysThatItWasDeniedAndStaysWithThat() {
        assertThat(decide(Decision.DENIED, 1)).isEqualTo(Outcome.DONE);
        assertThat(decide(Decision.APPROVED, 2)).isEqualTo(Outcome.DECIDED);

        assertThat(poll(3)).isEqualTo(new Poll.Denied());
        assertThat(codes.findUndecided(issued.userCode(), START)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Decision.class)
    void tellsApartWhatExpiredAndWhatNeverWas(Decision decision) {
        long end = LIFE.toSeconds();
        assertThat(poll(end)).isEqualTo(new Poll.Expired());
        assertThat(decide(decision, end)).isEqualTo(Outcome.EXPIRED);

        DeviceCode never = DeviceCode.randomFor(UserCode.parse("BBBB-BBBB").orElseThrow());
        assertThat(codes.poll(never, CLIENT, START)).isEqualTo(new Poll.Unknown());
        assertThat(codes.decide(UserCode.parse("BBBB-BBBB").orElseThrow(), decision, "alice", START))
                .isEqualTo(Outcome.UNKNOWN);
    }

    /** Else somebody who sees the display could slow the phone down, or take its tokens. */
    @Test
    void tellsNothingToWhoKnowsTheUserCodeAlone() {
        poll(0);
        DeviceCode guessed = DeviceCode.randomFor(issued.userCode());
        assertThat(codes.poll(guessed, CLIENT, at(1))).isEqualTo(new Poll.Unknown());
        assertThat(poll(5)).as("not slowed down").isEqualTo(new Poll.Pending());
        decide(Decision.APPROVED, 6);

        assertThat(codes.poll(guessed, CLIENT, at(7))).isEqualTo(new Poll.Unknown());
        assertThat(codes.poll(issued.deviceCode(), "softphone", at(7))).isEqualTo(new Poll.WrongClient());
        assertThat(poll(8)).isInstanceOf(Poll.Claimed.class);
    }

    @Test
    void letsOnePollBeginTheLoginAndGivesTheSameToWhoAsksAgainWithinAMinute() {
        decide(Decision.APPROVED, 0);
        Poll.Claimed claimed = (Poll.Claimed) poll(1);
        assertThat(claimed.subscriber()).isEqualTo("alice");
        assertThat(claimed.device()).isEqualTo("SEP00005E005301");
        assertThat(poll(1)).isEqualTo(new Poll.Pending());

        assertThat(codes.bind(issued.deviceCode(), claimed.claim(), "family", at(2)))
                .isTrue();

        Poll again = new Poll.Again("family", "alice", "SEP00005E005301");
        assertThat(poll(2)).isEqualTo(again);
        assertThat(poll(62)).isEqualTo(again);
        assertThat(codes.poll(issued.deviceCode(), CLIENT, at(62).plusMillis(1)))
                .isEqualTo(new Poll.Replayed("family", "alice", "SEP00005E005301"));
    }

    @Test
    void letsAnotherPollBeginTheLoginIfTheFirstNeverDid() {
        decide(Decision.APPROVED, 0);
        Poll.Claimed lost = (Poll.Claimed) poll(1);
        assertThat(poll(15)).isEqualTo(new Poll.Pending());

        Poll.Claimed second = (Poll.Claimed) poll(16);

        assertThat(codes.bind(issued.deviceCode(), lost.claim(), "late", at(17)))
                .isFalse();
        assertThat(codes.bind(issued.deviceCode(), second.claim(), "family", at(17)))
                .isTrue();
        assertThat(poll(18)).isEqualTo(new Poll.Again("family", "alice", "SEP00005E005301"));
    }

    /** In a tight loop and from a common start: slow threads would hide a race. */
    @Test
    void beginsOneLoginHoweverManyPollAtTheSameInstant() throws Exception {
        int threads = 16;
        ExecutorService many = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 100; round++) {
                Issued one = codes.start(ASKED);
                codes.decide(one.userCode(), Decision.APPROVED, "alice", START);
                Map<Class<?>, Integer> answers = together(many, threads, () -> {
                    Poll poll = codes.poll(one.deviceCode(), CLIENT, at(1));
                    if (poll instanceof Poll.Claimed claimed) {
                        assertThat(codes.bind(one.deviceCode(), claimed.claim(), "family", at(1)))
                                .isTrue();
                    }
                    return poll.getClass();
                });

                assertThat(answers.get(Poll.Claimed.class)).isEqualTo(1);
                assertThat(answers.keySet()).isSubsetOf(Poll.Claimed.class, Poll.Pending.class, Poll.Again.class);
            }
        } finally {
            many.shutdownNow();
        }
    }

    @Test
    void decidesOnceHoweverManyDecideAtTheSameInstant() throws Exception {
        int threads = 8;
        ExecutorService many = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 50; round++) {
                Issued one = codes.start(ASKED);
                Map<Outcome, Integer> outcomes =
                        together(many, threads, () -> codes.decide(one.userCode(), Decision.APPROVED, "alice", START));

                assertThat(outcomes).containsExactlyInAnyOrderEntriesOf(Map.of(Outcome.DONE, 1, Outcome.DECIDED, 7));
            }
        } finally {
            many.shutdownNow();
        }
    }

    private static <T> Map<T, Integer> together(ExecutorService many, int threads, Callable<T> call) throws Exception {
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            futures.add(many.submit(() -> {
                start.await();
                return call.call();
            }));
        }
        Map<T, Integer> counts = new HashMap<>();
        for (Future<T> future : futures) {
            counts.merge(future.get(), 1, Integer::sum);
        }
        return counts;
    }

    private Poll poll(long second) {
        return codes.poll(issued.deviceCode(), CLIENT, at(second));
    }

    private Outcome decide(Decision decision, long second) {
        return codes.decide(issued.userCode(), decision, "alice", at(second));
    }

    private static Instant at(long second) {
        return START.plusSeconds(second);
    }
}
