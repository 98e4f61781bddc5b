package org.sipoauth.benchmarks.lostresponse;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.sipoauth.benchmarks.platform.Violations;

/**
 * Sees every refresh token that leaves a server, whether or not a phone ever gets it, and holds each login to the rules of
 * {@link Lineage}. Reads nothing out of tokens. Thread-safe.
 */
final class Judge {
    final LongAdder repeats = new LongAdder();
    final LongAdder strikeOuts = new LongAdder();

    private final Violations<Violation> violations;
    private final Map<String, Lineage> lineages = new ConcurrentHashMap<>();

    Judge(Violations<Violation> violations) {
        this.violations = violations;
    }

    /** A login has begun with this refresh token. */
    Lineage begun(String phone, String refreshToken) {
        Lineage lineage = new Lineage(phone, refreshToken);
        lineages.put(refreshToken, lineage);
        return lineage;
    }

    /** A server granted a new pair of tokens for {@code presented}; to be called before anybody else sees the answer. */
    void granted(String presented, String handedOut) {
        Lineage lineage = lineages.get(presented);
        if (lineage == null) {
            violations.add(Violation.REQUEST_FAILED, "a token was granted that no server had handed out");
            return;
        }
        lineages.put(handedOut, lineage);
        Lineage.Finding finding = lineage.granted(presented, handedOut);
        switch (finding) {
            case SUCCESSOR -> {}
            case SAME_SUCCESSOR -> repeats.increment();
            case FRESH_SUCCESSOR -> strikeOuts.increment();
            case FORK -> violations.add(Violation.TWO_LIVE_SUCCESSORS, lineage.toString());
            case SHARED -> violations.add(Violation.SHARED_SUCCESSOR, lineage.toString());
        }
    }
}
