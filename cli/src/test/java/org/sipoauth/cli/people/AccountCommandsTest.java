package org.sipoauth.cli.people;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.admin.TestAdminServer;
import org.sipoauth.cli.json.JsonObject;

class AccountCommandsTest {
    private static final String ALICE = "{\"name\":\"alice\",\"enabled\":true,\"must_change_password\":false}";
    private static final String BOB =
            "{\"name\":\"bob\",\"role\":\"read_only\",\"enabled\":false,\"must_change_password\":true}";

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
    void listsUsersOfAllPages() {
        server.answering(200, "{\"users\":[" + ALICE + "],\"next\":\"YWxpY2U\"}")
                .thenAnswering(200, "{\"users\":[" + ALICE.replace("alice", "anna") + "]}");

        CommandRun run = run("user list");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests())
                .containsExactly(
                        "GET /admin/api/v1/users?limit=1000 ", "GET /admin/api/v1/users?limit=1000&after=YWxpY2U ");
        assertThat(lines(run)).containsExactly("USER ROLE STATE PASSWORD", "alice - enabled own", "anna - enabled own");
    }

    @Test
    void listsAdministratorsWithTheirRoles() throws Exception {
        server.answering(200, "{\"administrators\":[" + BOB + "]}");

        assertThat(lines(run("administrator list")))
                .containsExactly("ADMINISTRATOR ROLE STATE PASSWORD", "bob read_only disabled one-time");
        JsonObject json = JsonObject.parse(run("administrator list --json").out());
        assertThat(json.objects("administrators").get(0).string("role")).contains("read_only");
    }

    @Test
    void tellsWhoHasLeftTheDirectoryFromWhoWasDisabled() {
        String left = ALICE.replace("\"enabled\":true", "\"enabled\":false,\"left_directory\":true");
        server.answering(200, "{\"users\":[" + left + "," + BOB + "]}").thenAnswering(200, left);

        assertThat(lines(run("user list")))
                .contains("alice - left the directory own", "bob read_only disabled one-time");
        assertThat(run("user show alice").out()).isEqualTo("alice, left the directory, password: own\n");
    }

    @Test
    void addsAUserAndPrintsTheOneTimePassword() {
        server.answering(
                201,
                "{\"name\":\"alice\",\"enabled\":true,\"must_change_password\":true,\"one_time_password\":\"once-0\"}");

        CommandRun run = run("user add alice");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests()).containsExactly("PUT /admin/api/v1/users/alice {\"enabled\":true}");
        assertThat(server.headers("If-None-Match")).containsExactly("*");
        assertThat(run.out())
                .isEqualTo("Added: alice, enabled, password: one-time\n"
                        + "One-time password, shown this once, good for choosing another: once-0\n");
    }

    @Test
    void takesAPasswordFromAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("password"), "seven green bicycles\nmore\n");
        server.answering(201, BOB);

        CommandRun run = run("administrator add bob --role read-only --keep-password --password-file " + file);

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests())
                .containsExactly("PUT /admin/api/v1/administrators/bob {\"role\":\"read_only\",\"enabled\":true,"
                        + "\"password\":\"seven green bicycles\",\"must_change_password\":false}");
        assertThat(run.out()).isEqualTo("Added: bob, read_only, disabled, password: one-time\n");
    }

    @Test
    void saysThatANameIsTaken() {
        server.answering(412, "{\"detail\":\"no\"}");

        CommandRun run = run("user add alice");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("there is one of that name already");
    }

    @Test
    void disablesWhoIsThereAndKeepsTheRest() {
        server.answering(200, BOB.replace("false", "true"));

        CommandRun run = run("administrator disable bob");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests())
                .containsExactly(
                        "GET /admin/api/v1/administrators/bob ",
                        "PUT /admin/api/v1/administrators/bob {\"role\":\"read_only\",\"enabled\":false}");
        assertThat(server.headers("If-Match")).containsExactly("\"a-tag\"");
    }

    @Test
    void createsNobodyByAMisspeltName() {
        server.answering(404, "{\"detail\":\"there is no user of that name\"}");

        CommandRun run = run("user disable alise");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("404: there is no user of that name");
        assertThat(server.requests()).containsExactly("GET /admin/api/v1/users/alise ");
    }

    @Test
    void givesAnAdministratorAnotherRole() {
        server.answering(200, BOB);

        assertThat(run("administrator set-role bob operator").exit()).isZero();

        assertThat(server.requests())
                .contains("PUT /admin/api/v1/administrators/bob {\"role\":\"operator\",\"enabled\":false}");
    }

    @Test
    void resetsAPasswordOnSuspicion() {
        server.answering(200, ALICE);

        assertThat(run("user reset-password alice --end-logins").exit()).isZero();

        assertThat(server.requests()).containsExactly("POST /admin/api/v1/users/alice/password {\"end_logins\":true}");
    }

    @Test
    void removesAUser() {
        server.answering(204, "");

        CommandRun run = run("user remove alice");

        assertThat(server.requests()).containsExactly("DELETE /admin/api/v1/users/alice ");
        assertThat(run.out()).isEqualTo("Removed: the user alice.\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user",
                "user add",
                "user add alice --keep-password",
                "user add alice --ask-password --password-file=x",
                "user add alice --password=x",
                "user add alice --role=operator",
                "administrator add bob",
                "administrator set-role bob",
                "user set-role alice operator"
            })
    void asksForWhatIsMissing(String arguments) {
        CommandRun run = run(arguments);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void saysWhereAPasswordIsMissing() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), "");

        assertThat(run("user add alice --password-file " + empty).err()).contains("there is no password");
        assertThat(run("user add alice --password-file " + folder.resolve("none"))
                        .err())
                .contains("cannot read the password");
        assertThat(run("user add alice --password-env SIPOAUTH_NO_SUCH_VARIABLE")
                        .err())
                .contains("there is no password");
        assertThat(server.requests()).isEmpty();
    }

    private CommandRun run(String arguments) {
        String[] all = arguments.split(" ");
        return server.run(all[0].equals("user") ? UserCommand.commandLine() : AdministratorCommand.commandLine(), all);
    }

    private static Stream<String> lines(CommandRun run) {
        return Arrays.stream(run.out().split("\n")).map(line -> line.replaceAll(" +", " "));
    }
}
