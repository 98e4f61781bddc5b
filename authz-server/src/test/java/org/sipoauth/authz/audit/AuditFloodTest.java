package org.sipoauth.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a flood of refusals leaves in the log and files, and in the search. */
class AuditFloodTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-01-31T12:00:00Z"), ZoneOffset.UTC);

    private final List<String> written = new ArrayList<>();
    private final List<String> kept = new ArrayList<>();
    private final Audit audit = new Audit(NOON, new AuditTrail() {
        @Override
        public void keep(String record) {
            kept.add(record);
        }

        @Override
        public void record(String record) {
            written.add(record);
        }
    });

    @Test
    void isTenOfNobodyAMinuteFromHoweverManyNetworks() {
        for (int i = 0; i < 1_000; i++) {
            audit.event("refused").with("outcome", "invalid_client").keepOfNobody(address(i));
        }

        assertThat(written).hasSize(10);
        assertThat(kept).hasSize(10);
    }

    @Test
    void isAHundredAMinuteOfWhoKnowsTheNameOfAClient() {
        for (int i = 0; i < 1_000; i++) {
            audit.event("refused")
                    .about(Concerned.client("softphone"))
                    .with("outcome", "malformed")
                    .with("address", address(i))
                    .keepOnceAMinute();
        }

        assertThat(written).hasSize(101); // the first, which is kept, and a hundred
        assertThat(kept).hasSize(1);
    }

    @Test
    void isAllOfALoginInTheLogAndOneInTheSearch() {
        for (int i = 0; i < 1_000; i++) {
            audit.event("refused")
                    .about(new Concerned("s17.family", "alice", "CSFALICE", "softphone"))
                    .with("outcome", "replayed")
                    .with("address", address(i))
                    .keepOnceAMinute();
        }

        assertThat(written).hasSize(1_000);
        assertThat(kept).hasSize(1);
    }

    private static String address(int i) {
        return "198.51." + i / 250 + "." + i % 250;
    }
}
