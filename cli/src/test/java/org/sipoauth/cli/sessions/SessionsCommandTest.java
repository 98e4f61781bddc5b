package org.sipoauth.cli.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.admin.TestAdminServer;
import org.sipoauth.cli.json.JsonObject;

class SessionsCommandTest {
    private static final String LIVE =
            "{\"id\":\"s17.AAAAAAAAAAAAAAAAAAAAAA\",\"user\":\"alice\",\"device\":\"CSFALICE\","
                    + "\"client\":\"softphone\",\"scopes\":[\"sip.register\"],\"begun\":\"2026-01-01T10:00:00.123Z\","
                    + "\"end\":\"2026-03-02T10:00:00Z\",\"last_refresh\":\"2026-01-01T10:30:00Z\",\"generation\":2}";
    private static final String REVOKED =
            "{\"id\":\"s03.BBBBBBBBBBBBBBBBBBBBBA\",\"user\":\"alice\",\"client\":\"softphone\","
                    + "\"scopes\":[\"openid\"],\"begun\":\"2026-01-01T09:00:00Z\",\"end\":\"2026-03-02T09:00:00Z\",\"generation\":1,"
                    + "\"revoked\":{\"at\":\"2026-01-01T09:30:00Z\",\"reason\":\"phone lost\"}}";

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
    void listsTheLoginsOfAUser() {
        server.answering(200, "{\"sessions\":[" + LIVE + "," + REVOKED + "]}");

        CommandRun run = sessions("list", "--user", "alice & bob");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests()).containsExactly("GET /admin/api/v1/sessions?user=alice+%26+bob&limit=1000 ");
        assertThat(run.out().lines().skip(1).map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "s17.AAAAAAAAAAAAAAAAAAAAAA live alice CSFALICE softphone 2026-01-01T10:00:00Z"
                                + " 2026-01-01T10:30:00Z 2026-03-02T10:00:00Z",
                        "s03.BBBBBBBBBBBBBBBBBBBBBA revoked alice - softphone 2026-01-01T09:00:00Z -"
                                + " 2026-03-02T09:00:00Z");
    }

    @Test
    void listsTheLoginsOfAllPagesTheNewestFirst() {
        server.answering(200, "{\"sessions\":[" + REVOKED + "],\"next\":\"czAz\"}")
                .thenAnswering(200, "{\"sessions\":[" + LIVE + "]}");

        CommandRun run = sessions("list", "--user", "alice");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests())
                .containsExactly(
                        "GET /admin/api/v1/sessions?user=alice&limit=1000 ",
                        "GET /admin/api/v1/sessions?user=alice&limit=1000&after=czAz ");
        assertThat(run.out().lines().skip(1).map(line -> line.split(" ", 2)[0]))
                .containsExactly("s17.AAAAAAAAAAAAAAAAAAAAAA", "s03.BBBBBBBBBBBBBBBBBBBBBA");
    }

    @Test
    void listsTheLoginsOnADeviceAsJson() throws Exception {
        server.answering(200, "{\"sessions\":[" + LIVE + "]}");

        CommandRun run = sessions("list", "--device", "CSFALICE", "--json");

        assertThat(server.requests()).containsExactly("GET /admin/api/v1/sessions?device=CSFALICE&limit=1000 ");
        assertThat(JsonObject.parse(run.out()).objects("sessions").get(0).string("user"))
                .contains("alice");
    }

    @Test
    void showsWhyALoginIsOver() {
        server.answering(200, REVOKED);

        CommandRun run = sessions("show", "s03.BBBBBBBBBBBBBBBBBBBBBA");

        assertThat(server.requests()).containsExactly("GET /admin/api/v1/sessions/s03.BBBBBBBBBBBBBBBBBBBBBA ");
        assertThat(run.out())
                .contains(
                        "state         revoked\n",
                        "revoked       2026-01-01T09:30:00Z\n",
                        "because       phone lost\n");
    }

    @ParameterizedTest
    @CsvSource({"--session, s17.AAAAAAAAAAAAAAAAAAAAAA, session", "--user, alice, user", "--device, CSFALICE, device"})
    void revokes(String option, String value, String member) {
        server.answering(200, "{\"revoked\":2}");

        CommandRun run = sessions("revoke", option, value, "--reason", "phone lost");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("Revoked 2 logins: " + member + " " + value + ".\n");
        assertThat(server.requests()).hasSize(1);
        assertThat(server.requests().get(0))
                .startsWith("POST /admin/api/v1/revocations ")
                .contains("\"" + member + "\":\"" + value + "\"", "\"reason\":\"phone lost\"");
    }

    @Test
    void saysThatThereWasNothingToRevoke() {
        server.answering(200, "{\"revoked\":0}");

        assertThat(sessions("revoke", "--user", "nobody").out()).contains("no live login to revoke: user nobody");
    }

    @Test
    void signsOutEveryPhoneOfAClientOnlyForOneWhoKnows() {
        server.answering(202, "{\"state\":\"sweeping\"}");

        CommandRun asked = sessions("revoke", "--client", "softphone");
        assertThat(asked.exit()).isEqualTo(1);
        assertThat(asked.err()).contains("sign in again", "--yes");
        assertThat(server.requests()).isEmpty();

        CommandRun run = sessions("revoke", "--client", "softphone", "--yes");
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).contains("every login of client softphone");
    }

    @Test
    void tellsHowFarTheRevocationOfAClientHasCome() throws Exception {
        server.answering(200, sweep("sweeping", 40, 4096));

        CommandRun words = sessions("sweep", "--client", "soft phone");
        assertThat(words.exit()).as(words.err()).isZero();
        assertThat(words.out()).contains("40 revoked by the sweep, 4096 parts of the index to go");
        assertThat(server.requests()).containsExactly("GET /admin/api/v1/revocations/clients/soft%20phone ");

        CommandRun json = sessions("sweep", "--client", "softphone", "--json");
        assertThat(JsonObject.parse(json.out()).integer("buckets_left")).contains(4096L);
    }

    @Test
    void waitsForTheEndOfASweepAndTellsHowItGoes() {
        server.answering(200, sweep("sweeping", 40, 4096)).thenAnswering(200, sweep("done", 90, 0));

        CommandRun run = sessions("sweep", "--client", "softphone", "--wait");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.err()).contains("4096 parts of the index to go");
        assertThat(run.out()).contains("all revoked, 90 by the sweep").doesNotContain("to go");
    }

    private static String sweep(String state, int revoked, int left) {
        return "{\"client\":\"softphone\",\"at\":\"2026-01-01T10:00:00Z\",\"state\":\"%s\",\"revoked\":%d,\"buckets_left\":%d}"
                .formatted(state, revoked, left);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "list",
                "list --user a --device b",
                "show",
                "revoke",
                "revoke --user a --session b",
                "revoke --reason why",
                "sweep"
            })
    void asksForExactlyOne(String arguments) {
        CommandRun run = sessions(arguments.split(" "));

        assertThat(run.exit()).isEqualTo(2);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void wantsAServer() {
        CommandRun run = CommandRun.of(SessionsCommand.commandLine(), "sessions", "list", "--user", "alice");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("--server is needed, an https address, with --client-file");
    }

    @Test
    void passesOnWhatTheServerObjects() {
        server.answering(404, "{\"detail\":\"there is no such \\u001b session\"}");

        CommandRun run = sessions("show", "s17.x");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("404", "there is no such \\u001b session");
    }

    @Test
    void saysToTryAgainWhileTheStoreIsAway() {
        server.answering(503, "{\"error\":\"temporarily_unavailable\",\"error_description\":\"try again later\"}");

        CommandRun run = sessions("revoke", "--user", "alice");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err())
                .contains("503: try again later", "Try again in some seconds")
                .doesNotContain("Nothing was");
    }

    @Test
    void saysWhoMayNot() throws IOException {
        Path stranger = Files.writeString(folder.resolve("stranger.txt"), "stranger:secret\n");

        CommandRun run = server.run(stranger, SessionsCommand.commandLine(), "sessions", "list", "--user", "alice");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("does not let this client administer it").doesNotContain("secret\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "x", "{\"sessions\":[{\"id\":\"s17.x\"}]}"})
    void saysThatItWasNoServerOfOurs(String answer) {
        server.answering(200, answer);

        CommandRun run = sessions("list", "--user", "alice");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("not one of an authz-server of this release");
    }

    private CommandRun sessions(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "sessions";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return server.run(SessionsCommand.commandLine(), all);
    }
}
