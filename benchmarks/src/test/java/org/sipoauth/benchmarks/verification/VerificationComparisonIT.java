package org.sipoauth.benchmarks.verification;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The comparison in short: that it runs, not what it finds. */
class VerificationComparisonIT {

    @Test
    void fillsItsTables() throws Exception {
        System.setProperty("jmh.ignoreLock", "true"); // nothing is timed here that another could disturb
        List<Library> libraries = List.of(Library.SIP_OAUTH, Library.FLOOR, Library.NIMBUS);
        Plan plan = new Plan(List.of(Algorithm.ES256), libraries, 300, 1, Duration.ofMillis(20), 1, 1);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        VerificationComparison.run(plan, System.out)
                .print(new PrintStream(printed, true, StandardCharsets.UTF_8), 17, plan.tokens());

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .containsPattern("\\| sip-oauth \\| – \\| – \\| \\d+\\.\\d \\(\\d+\\) \\| \\d+\\.\\d \\(\\d+\\) \\|")
                .containsPattern(
                        "\\| ES256: times as fast as the fastest peer without native code \\| 16 \\| \\d+\\.\\d \\|")
                .containsPattern("\\| two threads with fresh tokens, ES256: .* \\| 1\\.9 \\| \\d+\\.\\d\\d \\|")
                .containsPattern("\\| two threads that only calculate: .* \\|  \\| \\d+\\.\\d\\d \\|")
                .containsPattern("\\| ms from main to the first verdict of a new process \\| 150 \\| \\d+ \\|")
                .containsPattern("\\| Nimbus \\| – \\| \\d+\\.\\d\\d \\|");
    }
}
