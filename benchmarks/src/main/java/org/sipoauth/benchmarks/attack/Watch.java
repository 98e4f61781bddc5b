package org.sipoauth.benchmarks.attack;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.sipoauth.benchmarks.platform.ChildProcess;
import org.sipoauth.benchmarks.platform.ProcessUsage;
import org.sipoauth.benchmarks.platform.RegistrarRig;
import org.sipoauth.benchmarks.platform.RegistrarRig.Metrics;
import org.sipoauth.benchmarks.platform.Violations;
import org.sipoauth.benchmarks.platform.Workplace;

/** Looks at the registrar all the time: its memory, also that of unfinished messages, and whether it still holds all bindings. */
final class Watch implements AutoCloseable {
    /** Bytes that unfinished messages may take: an eighth of the heap. */
    static final long MOST_UNFINISHED = Workplace.HEAP_MEGABYTES * 1024L * 1024 / 8;

    private static final long LOOK_MILLIS = 100;
    private static final long BEING_READ = 1024 * 1024; // while room is made for it

    private final RegistrarRig rig;
    private final ChildProcess registrar;
    private final int bindings;
    private final Violations<Violation> violations;
    private final AtomicLong mostBytes = new AtomicLong();
    private final Thread thread = new Thread(this::look, "watch");
    private volatile boolean closed;

    /** @param bindings that there must be at any time */
    Watch(RegistrarRig rig, ChildProcess registrar, int bindings, Violations<Violation> violations) {
        this.rig = rig;
        this.registrar = registrar;
        this.bindings = bindings;
        this.violations = violations;
        thread.setDaemon(true);
        thread.start();
    }

    private void look() {
        try {
            while (!closed) {
                lookOnce();
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException ended) {
            // by close
        }
    }

    private void lookOnce() throws InterruptedException {
        try {
            long bytes = ProcessUsage.residentBytes(registrar.handle());
            mostBytes.accumulateAndGet(bytes, Math::max);
            check(rig.metrics(), bindings, violations);
        } catch (IOException unreachable) {
            if (!closed) {
                violations.add(Violation.UNWATCHED, unreachable.toString());
            }
        }
    }

    static void check(Metrics metrics, int bindings, Violations<Violation> violations) {
        double held = metrics.sum("sip_bindings");
        if (held < bindings) {
            violations.add(Violation.LOST, String.format("%.0f of %d bindings are left", held, bindings));
        }
        double unfinished = metrics.sum("sip_unfinished_bytes");
        if (unfinished > MOST_UNFINISHED + BEING_READ) {
            violations.add(Violation.UNBOUNDED, String.format("%.0f bytes", unfinished));
        }
    }

    /** The most memory since the last call. */
    long takeMostBytes() throws IOException {
        return Math.max(mostBytes.getAndSet(0), ProcessUsage.residentBytes(registrar.handle()));
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
