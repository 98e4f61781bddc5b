package org.sipoauth.benchmarks.lostresponse;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Violations;

/** The runs in short, so without phones that come back late; what they need, the build made or Maven brought. */
class LostResponsesIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private static Cluster cluster;

    private final Violations<Violation> violations = new Violations<>(Violation.class);

    @BeforeAll
    static void start() throws Exception {
        cluster = Cluster.start(Cluster.Setup.plain(2));
    }

    @AfterAll
    static void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void locksNobodyOutWhenAnswersAreLost() throws Exception {
        LostResponses.Result result = LostResponses.run(plan(800, Duration.ZERO, 0), cluster, violations, System.out);

        assertThat(violations.details()).isEmpty();
        assertThat(result.granted()).isGreaterThanOrEqualTo(800);
        assertThat(result.lost()).isBetween(150L, 400L);
        assertThat(result.refreshes()).isGreaterThan(400);
    }

    @Test
    void locksNobodyOutWhenServersAreKilled() throws Exception {
        LostResponses.Result result =
                LostResponses.run(plan(600, Duration.ofSeconds(1), 2), cluster, violations, System.out);

        assertThat(violations.details()).isEmpty();
        assertThat(result.kills()).isGreaterThanOrEqualTo(2);
        assertThat(result.refreshes()).isGreaterThan(300);
    }

    @Test
    void handsOutOneSuccessorToParallelRequests() throws Exception {
        ParallelRefreshes.Result result =
                ParallelRefreshes.run(new ParallelRefreshes.Plan(100, 20, 4, LIMIT), cluster, violations, System.out);

        assertThat(violations.details()).isEmpty();
        assertThat(result.requests()).isGreaterThanOrEqualTo(100 * 20);
        assertThat(result.strikeOuts()).as("other successors").isZero();
    }

    private static Plan plan(int refreshes, Duration killEvery, int kills) {
        return new Plan(40, refreshes, 33, 0, Duration.ofMillis(300), 15, killEvery, kills, LIMIT);
    }
}
