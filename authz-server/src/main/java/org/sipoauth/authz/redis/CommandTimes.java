package org.sipoauth.authz.redis;

import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** How long Redis takes to answer, by command: under the name and the label that Lettuce's observations have. */
final class CommandTimes implements CommandLatencyRecorder {
    private final MeterRegistry meters;
    private final Map<ProtocolKeyword, Timer> timers = new ConcurrentHashMap<>();

    CommandTimes(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void recordCommandLatency(
            SocketAddress local,
            SocketAddress remote,
            ProtocolKeyword command,
            long firstResponseNanos,
            long completionNanos) {
        timers.computeIfAbsent(command, this::timer).record(completionNanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(ProtocolKeyword command) {
        return meters.timer("lettuce", "db.operation", command.toString());
    }
}
