package org.sipoauth.cli.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.admin.TestAdminServer;
import org.sipoauth.cli.json.JsonObject;

class DeviceCommandTest {
    private static final String ALICES = "{\"name\":\"CSFALICE\",\"type\":\"desktop\",\"owner\":\"alice\","
            + "\"addresses_of_record\":[\"sip:1001@example.com\",\"sip:\\u001b@example.com\"],"
            + "\"security_profile\":\"standard-oauth\",\"enabled\":true}";
    private static final String BOBS = "{\"name\":\"SEP00005E005302\",\"type\":\"desk_phone\",\"owner\":\"bob\","
            + "\"addresses_of_record\":[\"sip:1002@example.com\"],"
            + "\"security_profile\":\"desks\",\"enabled\":false}";

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
    void tellsWhyADeviceDoesNotRegister() {
        server.answering(200, """
                {"device":"CSFALICE","fine":false,"conclusion":"Nobody is signed in on it.","first":"Have alice sign in.",
                 "phone":"Open the sign-in page.","steps":[
                  {"title":"Device","state":"holds","finding":"It is a desk phone."},
                  {"title":"Login","state":"fails","finding":"Nobody is signed in on it.","remedy":"Have alice sign in."},
                  {"title":"Others","state":"open","finding":"Perhaps.","perhaps":[
                   {"at":"2026-01-31T12:00:00Z","cause":"network","finding":"Not from \\u001b there.","remedy":"Add it."}]}]}
                """);

        CommandRun run = device("diagnose", "CSFALICE", "--said", "registrar.token_expired");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(server.requests())
                .containsExactly("GET /admin/api/v1/devices/CSFALICE/diagnosis?said=registrar.token_expired ");
        assertThat(run.out().lines())
                .containsExactly(
                        "Nobody is signed in on it.",
                        "you, first  Have alice sign in.",
                        "phone, then Open the sign-in page.",
                        "",
                        "ok  Device: It is a desk phone.",
                        "NO  Login: Nobody is signed in on it.",
                        "    do: Have alice sign in.",
                        "?   Others: Perhaps.",
                        "    network, 2026-01-31T12:00:00Z: Not from \\u001b there.",
                        "      do: Add it.");
    }

    /** Not everything that stands in its way has a remedy. */
    @Test
    void failsWhereSomethingStandsInADevicesWayThatNobodyCanRemove() {
        server.answering(
                200,
                "{\"device\":\"CSFALICE\",\"fine\":false,\"conclusion\":\"Wait.\",\"phone\":\"Try again.\",\"steps\":[]}");

        assertThat(device("diagnose", "CSFALICE").exit()).isEqualTo(1);
    }

    @Test
    void isContentWhereNothingStandsInADevicesWay() {
        server.answering(
                200,
                "{\"device\":\"CSFALICE\",\"fine\":true,\"conclusion\":\"It is registered at node1.\",\"phone\":\"Refresh.\",\"steps\":[]}");

        CommandRun run = device("diagnose", "CSFALICE");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("It is registered at node1.").contains("phone, next Refresh.");
    }

    @Test
    void listsAllPages() {
        server.answering(200, "{\"devices\":[" + ALICES + "],\"next\":\"Q1+\"}")
                .thenAnswering(200, "{\"devices\":[" + BOBS + "]}");

        CommandRun run = device("list");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests())
                .containsExactly(
                        "GET /admin/api/v1/devices?limit=1000 ", "GET /admin/api/v1/devices?limit=1000&after=Q1%2B ");
        assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "DEVICE TYPE OWNER STATE PROFILE ADDRESSES",
                        "CSFALICE desktop alice enabled standard-oauth sip:1001@example.com sip:\\u001b@example.com",
                        "SEP00005E005302 desk_phone bob disabled desks sip:1002@example.com");
    }

    @Test
    void listsThoseOfAnOwnerOrAProfileAsJson() throws Exception {
        server.answering(200, "{\"devices\":[" + ALICES + "]}");

        CommandRun run = device("list", "--owner=a b", "--profile", "desks", "--json");

        assertThat(server.requests())
                .containsExactly("GET /admin/api/v1/devices?owner=a+b&security_profile=desks&limit=1000 ");
        assertThat(JsonObject.parse(run.out()).objects("devices").get(0).string("name"))
                .contains("CSFALICE");
    }

    @Test
    void showsOne() throws Exception {
        server.answering(200, ALICES);

        CommandRun run = device("show", "CSFALICE", "--json");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests()).containsExactly("GET /admin/api/v1/devices/CSFALICE ");
        assertThat(JsonObject.parse(run.out()).string("owner")).contains("alice");
    }

    @Test
    void addsOne() {
        server.answering(201, ALICES);

        CommandRun run = device(
                "add",
                "CSFALICE",
                "--owner=alice",
                "--address=sip:1001@example.com",
                "--address",
                "sip:1011@example.com");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests())
                .containsExactly("PUT /admin/api/v1/devices/CSFALICE {\"owner\":\"alice\",\"addresses_of_record\":"
                        + "[\"sip:1001@example.com\",\"sip:1011@example.com\"],\"security_profile\":\"standard-oauth\","
                        + "\"enabled\":true}");
        assertThat(run.out()).contains("CSFALICE", "enabled");
    }

    @Test
    void addsNoneInPlaceOfAnother() {
        server.answering(412, "{\"detail\":\"it is not as If-None-Match says\"}");

        CommandRun run = device("add", "CSFALICE", "--owner=alice", "--address=sip:1001@example.com", "--disabled");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(server.requests().get(0)).contains("\"enabled\":false");
        assertThat(server.headers("If-None-Match")).containsExactly("*");
        assertThat(run.err()).contains("there is one of that name already");
    }

    @Test
    void changesWhatIsNamedAndLeavesTheRest() {
        server.answering(200, BOBS).thenAnswering(200, BOBS);

        CommandRun run = device("set", "SEP00005E005302", "--owner=carol");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests())
                .containsExactly(
                        "GET /admin/api/v1/devices/SEP00005E005302 ",
                        "PUT /admin/api/v1/devices/SEP00005E005302 {\"owner\":\"carol\",\"addresses_of_record\":"
                                + "[\"sip:1002@example.com\"],\"security_profile\":\"desks\",\"enabled\":false}");
        assertThat(server.headers("If-Match")).containsExactly("\"a-tag\"");
    }

    @Test
    void enablesAndDisables() {
        server.answering(200, BOBS).thenAnswering(200, BOBS);
        assertThat(device("enable", "SEP00005E005302").exit()).isZero();
        assertThat(server.requests().get(1)).contains("\"owner\":\"bob\"", "\"enabled\":true");

        server.answering(200, ALICES).thenAnswering(200, ALICES);
        assertThat(device("disable", "CSFALICE").exit()).isZero();
        assertThat(server.requests().get(3)).contains("\"owner\":\"alice\"", "\"enabled\":false");
    }

    @Test
    void removesOne() throws Exception {
        server.answering(204, "");

        CommandRun words = device("remove", "no name/here");
        assertThat(words.exit()).as(words.err()).isZero();
        assertThat(words.out()).isEqualTo("Removed: no\\u0020name/here.\n");
        assertThat(server.requests()).containsExactly("DELETE /admin/api/v1/devices/no%20name%2Fhere ");
        assertThat(JsonObject.parse(device("remove", "CSFALICE", "--json").out())
                        .string("removed"))
                .contains("CSFALICE");
    }

    @Test
    void importsAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("devices.csv"), "name,owner,addresses_of_record\r\n");
        server.answering(200, "{\"created\":2,\"replaced\":3,\"dry_run\":false}");

        CommandRun run = device("import", file.toString());

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests())
                .containsExactly("POST /admin/api/v1/devices/import name,owner,addresses_of_record\r\n");
        assertThat(run.out()).isEqualTo("Imported: 2 added, 3 replaced.\n");
        assertThat(device("import", file.toString(), "--dry-run").out()).contains("Would be imported");
        assertThat(server.requests().get(1)).startsWith("POST /admin/api/v1/devices/import?dry-run ");
    }

    @Test
    void tellsWhatIsWrongWithAFileLineByLine() throws IOException {
        Path file = Files.writeString(folder.resolve("devices.csv"), "x");
        server.answering(
                400,
                "{\"detail\":\"nothing was imported\",\"errors\":["
                        + "{\"line\":2,\"column\":\"name\",\"detail\":\"choose \\u001b another\"},"
                        + "{\"line\":9,\"column\":\"\",\"detail\":\"a quote is never closed\"}]}");

        CommandRun run = device("import", file.toString());

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "Nothing was imported. Put this right, and import the whole file again:",
                        "LINE COLUMN WHAT TO DO",
                        "2 name choose \\u001b another",
                        "9 - a quote is never closed");
    }

    @Test
    void exportsToAFileOrToTheTerminal() throws IOException {
        server.answering(200, "name,owner\r\n");

        assertThat(device("export").out()).isEqualTo("name,owner\r\n");
        Path file = folder.resolve("out.csv");
        assertThat(device("export", "--out", file.toString()).out()).isEqualTo("Written: " + file + "\n");
        assertThat(file).hasContent("name,owner\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "add CSFALICE", "add CSFALICE --owner=a", "set CSFALICE", "show", "import", "remove a b"})
    void asksForWhatIsMissing(String arguments) {
        CommandRun run = device(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(run.exit()).isEqualTo(2);
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "x", "{}", "{\"devices\":[{\"name\":\"CSFALICE\"}]}"})
    void saysThatItWasNoServerOfOurs(String answer) {
        server.answering(200, answer);

        CommandRun run = device("list");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("not one of an authz-server of this release");
    }

    private CommandRun device(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "device";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return server.run(DeviceCommand.commandLine(), all);
    }
}
