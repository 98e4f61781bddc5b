package org.sipoauth.authz.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.redis.RedisForTests;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/** What servers count, on a real Redis. */
class RatesIT {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:30Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    private static RedisForTests.Running redis;

    private final StringRedisTemplate template = redis.template();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Rates rates = new Rates(meters, new SharedRates(template), CLOCK);

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
        template.delete(template.keys("{rates}:*"));
    }

    @Test
    void countsWhatHappenedBetweenSamples() {
        issue(3, meters);
        rates.sample(NOW.minusSeconds(60));
        issue(4, meters);
        refuse("authorization_code", "invalid_grant");

        List<Rates.Sample> samples = rates.samples();

        assertThat(samples).extracting(Rates.Sample::issued).containsExactly(3L, 4L);
        assertThat(samples).extracting(Rates.Sample::refusals).containsExactly(0L, 1L);
        assertThat(samples.get(1).end()).isEqualTo(NOW);
    }

    @Test
    void addsWhatAllServersCounted() {
        MeterRegistry others = new SimpleMeterRegistry();
        Rates other = new Rates(others, new SharedRates(template), CLOCK);
        issue(3, meters);
        refuse("urn:ietf:params:oauth:grant-type:device_code", "expired_token");
        issue(10, others);
        others.counter("sipoauth.grants.refused", "grant", "device_code", "error", "expired_token")
                .increment();
        rates.sample(NOW.minusSeconds(60));
        other.sample(NOW.minusSeconds(60));

        assertThat(rates.samples())
                .first()
                .isEqualTo(new Rates.Sample(
                        Instant.parse("2026-01-31T12:00:00Z"),
                        13,
                        Map.of(new Rates.Cause("device_code", "expired_token"), 2L)));
        assertThat(other.samples().get(0)).isEqualTo(rates.samples().get(0));
    }

    @Test
    void tellsRefusedRefreshesApartByTheirOutcomeAndCountsEachOnce() {
        refuse("refresh_token", "invalid_grant");
        meters.counter("sipoauth.refreshes", "outcome", "replayed").increment();
        meters.counter("sipoauth.refreshes", "outcome", "rotated").increment(10);
        refuse("refresh_token", "invalid_client");

        assertThat(rates.samples().get(0).refused())
                .containsOnly(
                        Map.entry(new Rates.Cause("refresh_token", "replayed"), 1L),
                        Map.entry(new Rates.Cause("refresh_token", "invalid_client"), 1L));
    }

    @Test
    void takesAPhoneThatWaitsForItsUserForNoRefusal() {
        String grant = "urn:ietf:params:oauth:grant-type:device_code";
        refuse(grant, "authorization_pending");
        refuse(grant, "slow_down");
        refuse(grant, "expired_token");

        assertThat(rates.samples().get(0).refused()).containsOnlyKeys(new Rates.Cause("device_code", "expired_token"));
    }

    @Test
    void keepsFourHoursAndNoMore() {
        for (int minute = 2 * Rates.MINUTES; minute > 0; minute--) {
            issue(1, meters);
            rates.sample(NOW.minusSeconds(60L * minute));
        }

        assertThat(rates.samples()).hasSize(Rates.MINUTES + 1);
        assertThat(template.keys("{rates}:*"))
                .allSatisfy(key -> assertThat(template.getExpire(key))
                        .isBetween(1L, Duration.ofHours(5).toSeconds()));
    }

    @Test
    void tellsEachMinuteAsItWasOnceTheStoreIsBack() {
        for (int ago = 3; ago > 0; ago--) {
            Instant end = NOW.minusSeconds(60L * ago);
            issue(ago, meters);
            template.opsForValue().set("{rates}:" + NOW.minusSeconds(180).getEpochSecond() / 60, "in its way");
            assertThatThrownBy(() -> rates.sample(end)).isInstanceOf(DataAccessException.class);
        }
        empty();
        issue(10, meters);

        rates.sample(NOW);

        assertThat(rates.samples()).extracting(Rates.Sample::issued).containsExactly(3L, 2L, 1L, 10L, 0L);
    }

    @Test
    void keepsNoMoreForLaterThanIsShown() {
        Instant before = NOW.minusSeconds(60L * Rates.MINUTES);
        template.opsForValue().set("{rates}:" + before.getEpochSecond() / 60, "in its way");
        issue(7, meters);
        assertThatThrownBy(() -> rates.sample(before)).isInstanceOf(DataAccessException.class);
        for (int i = 0; i < Rates.MINUTES - 1; i++) {
            assertThatThrownBy(() -> rates.sample(NOW)).isInstanceOf(DataAccessException.class);
        }
        empty();

        issue(1, meters);
        rates.sample(NOW);

        assertThat(rates.samples()).extracting(Rates.Sample::issued).containsExactly(1L, 0L);
    }

    @Test
    void countsWhileSomebodyWaitsForTheStore() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch counted = new CountDownLatch(1);
        SharedRates slow = new SharedRates(new StringRedisTemplate(template.getRequiredConnectionFactory()) {
            @Override
            public <T> T execute(RedisScript<T> script, List<String> keys, Object... arguments) {
                if (keys.size() > 1) { // asked for all minutes
                    asked.countDown();
                    awaitCounted(counted);
                }
                return super.execute(script, keys, arguments);
            }
        });
        Rates waiting = new Rates(meters, slow, CLOCK);
        ExecutorService page = Executors.newSingleThreadExecutor();
        Future<List<Rates.Sample>> shown = page.submit(waiting::samples);
        page.shutdown();
        asked.await();

        issue(3, meters);
        waiting.sample(NOW);
        counted.countDown();

        assertThat(shown.get()).extracting(Rates.Sample::issued).containsExactly(3L, 0L);
    }

    private static void awaitCounted(CountDownLatch counted) {
        try {
            assertThat(counted.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void issue(int times, MeterRegistry meters) {
        meters.counter("sipoauth.grants.issued", "grant", "refresh_token").increment(times);
    }

    private void refuse(String grant, String error) {
        meters.counter("sipoauth.grants.refused", "grant", grant, "error", error)
                .increment();
    }
}
