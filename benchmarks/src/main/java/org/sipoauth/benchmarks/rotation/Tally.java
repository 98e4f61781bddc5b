package org.sipoauth.benchmarks.rotation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What was done, and what must never happen. Thread-safe. */
final class Tally {
    private static final int MOST_DETAILS = 20;

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

    private final Map<Violation, Integer> violations = new EnumMap<>(Violation.class); // guarded by this
    private final List<String> details = new ArrayList<>(); // guarded by this

    synchronized void violated(Violation violation, String detail) {
        violations.merge(violation, 1, Integer::sum);
        if (details.size() < MOST_DETAILS) {
            details.add(violation + ": " + detail);
        }
    }

    synchronized int count(Violation violation) {
        return violations.getOrDefault(violation, 0);
    }

    synchronized boolean isClean() {
        return violations.isEmpty();
    }

    /** The first violations, in words. */
    synchronized List<String> details() {
        return List.copyOf(details);
    }
}
