package org.sipoauth.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.admin.TestAdminServer;

class AuditCommandTest {
    private static final InstantSource NOON = InstantSource.fixed(Instant.parse("2026-01-31T12:00:00Z"));

    @TempDir
    private Path folder;

    private TestAdminServer server;

    @BeforeEach
    void start() throws IOException {
        server = new TestAdminServer(folder);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void printsWhyAndWhatToDo() {
        server.answering(
                200,
                "{\"records\":[{\"at\":\"2026-01-31T11:59:00.123Z\",\"event\":\"refused\",\"outcome\":\"replayed\","
                        + "\"user\":\"alice\",\"device\":\"CSFALICE\",\"client\":\"softphone\",\"session\":\"s17.x\","
                        + "\"detail\":\"too old\\u001b\",\"advice\":\"Its user signs in again.\"}]}");

        CommandRun run = audit();

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "AT EVENT OUTCOME USER DEVICE CLIENT SESSION",
                        "2026-01-31T11:59:00Z refused replayed alice CSFALICE softphone s17.x",
                        " detail too old\\u001b",
                        " advice Its user signs in again.");
    }

    @Test
    void asksForWhatIsFiltered() {
        audit(
                "--user=a b",
                "--device=D",
                "--session=s17.x",
                "--client=c",
                "--event=refused",
                "--outcome=replayed",
                "--by=olga",
                "--since=1h",
                "--limit=5",
                "--json");

        assertThat(server.requests())
                .containsExactly("GET /admin/api/v1/audit?user=a+b&device=D&session=s17.x&client=c&event=refused"
                        + "&outcome=replayed&by=olga&since=2026-01-31T11%3A00%3A00Z&limit=5 ");
    }

    @Test
    void goesOnWhereTheServerHasLookedNoFurtherBackUntilThereIsEnough() {
        server.answering(200, "{\"records\":[],\"next\":\"9-1\",\"searched_back_to\":\"2026-01-31T11:00:00Z\"}")
                .thenAnswering(200, "{\"records\":[{\"event\":\"one\"}],\"next\":\"8-1\"}")
                .thenAnswering(200, "{\"records\":[{\"event\":\"two\"}],\"next\":\"7-1\"}");

        CommandRun run = audit("--user=alice", "--limit=2", "--json");

        assertThat(run.out()).isEqualTo("{\"records\":[{\"event\":\"one\"},{\"event\":\"two\"}]}\n");
        assertThat(server.requests())
                .containsExactly(
                        "GET /admin/api/v1/audit?user=alice&limit=2 ",
                        "GET /admin/api/v1/audit?user=alice&limit=2&after=9-1 ",
                        "GET /admin/api/v1/audit?user=alice&limit=1&after=8-1 ");
    }

    @ParameterizedTest
    @CsvSource({
        "90s, 2026-01-31T11:58:30Z",
        "15m, 2026-01-31T11:45:00Z",
        "2d, 2026-01-29T12:00:00Z",
        "2026-01-01T00:00:00Z, 2026-01-01T00:00:00Z"
    })
    void countsBackFromNow(String since, String instant) {
        audit("--since", since);

        assertThat(server.requests().get(0)).contains("since=" + instant.replace(":", "%3A"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--since=yesterday", "--since=1w", "--since=", "--limit=many", "--usr=alice"})
    void asksAgainForWhatItDoesNotUnderstand(String option) {
        CommandRun run = audit(option);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void printsJson() {
        server.answering(200, "{\"records\":[]}");

        assertThat(audit("--json").out()).isEqualTo("{\"records\":[]}\n");
    }

    private CommandRun audit(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "audit";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return server.run(AuditCommand.commandLine(NOON), all);
    }
}
