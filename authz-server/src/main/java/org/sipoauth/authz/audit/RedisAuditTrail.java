package org.sipoauth.authz.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import org.springframework.stereotype.Component;

/** Appends what is kept for search to the {@link AuditStream}. */
@Component
final class RedisAuditTrail extends QueuedTrail {
    private final AuditStream stream;
    private final Counter kept;

    RedisAuditTrail(AuditStream stream, Clock clock, MeterRegistry meters) {
        super("the audit trail in Redis", "sipoauth.audit", clock, meters);
        this.stream = stream;
        this.kept = meters.counter("sipoauth.audit.kept");
    }

    @Override
    public void keep(String record) {
        offer(record);
    }

    @Override
    void write(List<String> records, boolean last) {
        if (!records.isEmpty()) {
            stream.append(records);
            kept.increment(records.size());
            records.clear();
        }
    }
}
