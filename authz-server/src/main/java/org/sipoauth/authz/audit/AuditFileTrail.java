package org.sipoauth.authz.audit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Appends every record to an {@link AuditFolder}. */
final class AuditFileTrail extends QueuedTrail {
    private static final int RECORDS_OF_AN_EPOCH = 1_000;
    private static final long CHECKPOINT_NANOS = Duration.ofMinutes(1).toNanos();

    private final AuditFolder folder;
    private final AtomicLong lastSeq = new AtomicLong();

    // the writer's alone
    private int sinceCheckpoint;
    private long checkpointAt = System.nanoTime();

    AuditFileTrail(AuditFolder folder, Clock clock, MeterRegistry meters) {
        super("the audit file", "sipoauth.audit.file", clock, meters);
        this.folder = folder;
        Gauge.builder("sipoauth.audit.file.sequence", lastSeq, AtomicLong::get).register(meters);
    }

    @Override
    public void keep(String record) {
        // every record comes by the other way
    }

    @Override
    public void record(String record) {
        offer(record);
    }

    /** With a checkpoint at its end and now and then. */
    @Override
    void write(List<String> records, boolean last) throws IOException {
        if (!records.isEmpty()) {
            folder.append(records);
            sinceCheckpoint += records.size();
            records.clear();
        }
        if (sinceCheckpoint > 0 && (last || sinceCheckpoint >= RECORDS_OF_AN_EPOCH || isCheckpointDue())) {
            folder.checkpoint();
            sinceCheckpoint = 0;
            checkpointAt = System.nanoTime();
        }
        lastSeq.set(folder.chain().seq());
    }

    private boolean isCheckpointDue() {
        return System.nanoTime() - checkpointAt >= CHECKPOINT_NANOS;
    }

    @Override
    void close() {
        folder.close();
    }
}
