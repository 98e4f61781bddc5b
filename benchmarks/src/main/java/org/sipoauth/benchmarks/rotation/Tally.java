package org.sipoauth.benchmarks.rotation;

import java.util.concurrent.atomic.LongAdder;
import org.sipoauth.benchmarks.platform.Violations;

/** What was done, and what must never happen. Thread-safe. */
final class Tally {
    /** What a soak must not show even once. */
    enum Violation {
        VALID_TOKEN_REJECTED("valid tokens rejected"),
        SIGNED_BY_UNPUBLISHED_KEY("tokens signed by an unpublished key"),
        REFRESH_LOST("refreshes lost"),
        REQUEST_FAILED("other requests failed"),
        REVOKED_KEY_TRUSTED("verifiers that trusted a revoked key for too long");

        private final String plural;

        Violation(String plural) {
            this.plural = plural;
        }

        @Override
        public String toString() {
            return plural;
        }
    }

    final LongAdder tokens = new LongAdder();
    final LongAdder signIns = new LongAdder();
    final LongAdder refreshes = new LongAdder();
    final LongAdder refreshRetries = new LongAdder();
    final LongAdder verifications = new LongAdder();
    final LongAdder tooLateToJudge = new LongAdder();

    final Violations<Violation> violations = new Violations<>(Violation.class);
}
