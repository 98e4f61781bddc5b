package org.sipoauth.benchmarks.attack;

import java.util.Locale;
import org.sipoauth.benchmarks.platform.Violations;

/**
 * How phones fared that came anew, one after the other. One that fails once is told of, for this process may have stood still
 * beyond the registrar's patience; two in a row are kept out. Thread-safe.
 */
final class Newcomers {
    private final Violations<Violation> violations;
    private int came; // guarded by this
    private int failed; // guarded by this
    private int failuresInARow; // guarded by this
    private String firstFailure = ""; // guarded by this

    Newcomers(Violations<Violation> violations) {
        this.violations = violations;
    }

    synchronized void registered() {
        came++;
        failuresInARow = 0;
    }

    synchronized void failed(String why) {
        came++;
        if (failed++ == 0) {
            firstFailure = "; the first: " + why;
        }
        if (++failuresInARow > 1) {
            violations.add(Violation.KEPT_OUT, why);
        }
    }

    /** A line of the report. */
    @Override
    public synchronized String toString() {
        return String.format(
                Locale.ROOT, "%d of %d new phones could not register at first%s", failed, came, firstFailure);
    }
}
