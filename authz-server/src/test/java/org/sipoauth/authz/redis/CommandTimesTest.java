package org.sipoauth.authz.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.protocol.CommandType;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CommandTimesTest {
    private static final InetSocketAddress SOMEWHERE = InetSocketAddress.createUnresolved("redis.example.com", 6379);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CommandTimes times = new CommandTimes(meters);

    @Test
    void timesEachCommandToTheEndOfItsAnswer() {
        times.recordCommandLatency(SOMEWHERE, SOMEWHERE, CommandType.HGETALL, 1_000, 3_000);
        times.recordCommandLatency(SOMEWHERE, SOMEWHERE, CommandType.HGETALL, 1_000, 5_000);
        times.recordCommandLatency(SOMEWHERE, SOMEWHERE, CommandType.EVALSHA, 1_000, 9_000);

        Timer questions = meters.get("lettuce").tag("db.operation", "HGETALL").timer();
        assertThat(questions.count()).isEqualTo(2);
        assertThat(questions.totalTime(TimeUnit.NANOSECONDS)).isEqualTo(8_000);
        assertThat(meters.get("lettuce").tag("db.operation", "EVALSHA").timer().count())
                .isEqualTo(1);
    }
}
