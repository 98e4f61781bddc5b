package org.sipoauth.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.LoopbackPorts;
import org.sipoauth.authz.redis.RedisForTests;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** The trail on a real Redis, and without one. */
class AuditTrailIT {
    private static RedisForTests.Running redis;

    private final StringRedisTemplate template = redis.template();
    private final AuditStream stream = new AuditStream(template, Clock.systemUTC());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

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
        template.delete("audit");
    }

    @Test
    void findsTheNewestFirstOverManyPages() {
        for (int batch = 0; batch < 13; batch++) {
            stream.append(records(batch * 100, 100));
        }

        AuditStream.Page all = stream.page(record -> true, Instant.EPOCH, Optional.empty(), 2000);

        assertThat(all.records()).extracting(record -> record.get("n")).containsExactlyElementsOf(numbers(1299, 0));
        assertThat(all.next()).isEmpty();
        assertThat(stream.page(record -> record.get("n").endsWith("00"), Instant.EPOCH, Optional.empty(), 3)
                        .records())
                .extracting(record -> record.get("n"))
                .containsExactly("1200", "1100", "1000");
    }

    @Test
    void leavesOutWhatWasWrittenBefore() {
        stream.append(records(0, 1));

        assertThat(stream.page(record -> true, Instant.now().plusSeconds(3600), Optional.empty(), 10)
                        .records())
                .isEmpty();
        assertThat(stream.page(record -> true, Instant.now().minusSeconds(3600), Optional.empty(), 10)
                        .records())
                .hasSize(1);
    }

    @Test
    void looksSoFarBackAtATimeAndSaysWhereToGoOn() {
        stream.append(records(0, AuditStream.MOST_READ + 1));

        AuditStream.Page first =
                stream.page(record -> record.get("n").equals("0"), Instant.EPOCH, Optional.empty(), 10);
        AuditStream.Page second = stream.page(record -> record.get("n").equals("0"), Instant.EPOCH, first.next(), 10);

        assertThat(first.records()).isEmpty();
        assertThat(first.searchedBackTo().orElseThrow()).isBeforeOrEqualTo(Instant.now());
        assertThat(second.records()).hasSize(1);
        assertThat(second.searchedBackTo()).isEmpty();
    }

    @Test
    void holdsAboutFiftyThousandForSevenDays() {
        for (int batch = 0; batch < 60; batch++) {
            stream.append(records(batch * 1000, 1000));
        }

        assertThat(template.opsForStream().size("audit")).isBetween(50_000L, 50_500L);
        assertThat(template.getExpire("audit"))
                .isBetween(
                        Duration.ofDays(7).minusMinutes(5).toSeconds(),
                        Duration.ofDays(7).toSeconds());
    }

    @Test
    void forgetsEntriesOfMoreThanSevenDays() {
        List<String> old = records(0, 500); // the stream is trimmed by whole nodes, of 100 entries at most
        stream.append(old);
        AuditStream inEightDays = new AuditStream(template, Clock.offset(Clock.systemUTC(), Duration.ofDays(8)));

        inEightDays.append(records(500, 1));

        assertThat(template.opsForStream().size("audit")).isLessThanOrEqualTo(101);
    }

    @Test
    void writesWhatRequestsLeaveAndWhatIsWaitingWhenItStops() {
        RedisAuditTrail trail = new RedisAuditTrail(stream, Clock.systemUTC(), meters);
        trail.start();
        trail.keep("{\"n\":\"1\"}");
        await().until(() -> template.opsForStream().size("audit") == 1);

        records(2, 1000).forEach(trail::keep);
        trail.stop();

        assertThat(template.opsForStream().size("audit")).isEqualTo(1001);
        assertThat(meters.counter("sipoauth.audit.kept").count()).isEqualTo(1001);
        assertThat(trail.isRunning()).isFalse();
    }

    @Test
    void neverWaitsForARedisThatIsAwayAndCountsWhatItDropsButNotItsOwnWordOnThat() {
        LettuceConnectionFactory nobody = new LettuceConnectionFactory("127.0.0.1", LoopbackPorts.free());
        nobody.afterPropertiesSet();
        nobody.start();
        RedisAuditTrail trail = new RedisAuditTrail(
                new AuditStream(new StringRedisTemplate(nobody), Clock.systemUTC()), Clock.systemUTC(), meters);
        int tooMany = RedisAuditTrail.MOST_WAITING + 1000;

        records(0, tooMany).forEach(trail::keep);

        assertThat(meters.counter("sipoauth.audit.dropped").count()).isEqualTo(1000);
        trail.start();
        await().until(
                        () -> meters.get("sipoauth.audit.waiting").gauge().value(),
                        waiting -> waiting < RedisAuditTrail.MOST_WAITING);
        trail.stop();
        assertThat(meters.counter("sipoauth.audit.dropped").count()).isEqualTo(tooMany);
        assertThat(meters.counter("sipoauth.audit.kept").count()).isZero();
        nobody.destroy();
    }

    private static List<String> records(int from, int count) {
        List<String> records = new ArrayList<>();
        for (int n = from; n < from + count; n++) {
            records.add("{\"n\":\"" + n + "\"}");
        }
        return records;
    }

    private static List<String> numbers(int from, int to) {
        List<String> numbers = new ArrayList<>();
        for (int n = from; n >= to; n--) {
            numbers.add(Integer.toString(n));
        }
        return numbers;
    }
}
