package org.sipoauth.verifier;

import java.util.concurrent.atomic.LongAdder;

/** What a verifier has answered since it was made. Live, thread-safe, and counted without a lock. */
public final class VerdictCounts {
    private final LongAdder acceptedAnew = new LongAdder();
    private final LongAdder acceptedAsKnown = new LongAdder();
    private final LongAdder[] rejected = new LongAdder[Reason.values().length];

    VerdictCounts() {
        for (int i = 0; i < rejected.length; i++) {
            rejected[i] = new LongAdder();
        }
    }

    void add(Verdict verdict, boolean known) {
        if (verdict instanceof Verdict.Rejected refusal) {
            rejected[refusal.reason().ordinal()].increment();
        } else {
            (known ? acceptedAsKnown : acceptedAnew).increment();
        }
    }

    /** Tokens accepted, known ones among them. */
    public long accepted() {
        return acceptedAnew.sum() + acceptedAsKnown.sum();
    }

    /** Tokens accepted for they were known, so that neither signature nor claims were looked at again. */
    public long acceptedAsKnown() {
        return acceptedAsKnown.sum();
    }

    /** Tokens refused for that reason. */
    public long rejected(Reason reason) {
        return rejected[reason.ordinal()].sum();
    }
}
