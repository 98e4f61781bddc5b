package org.sipoauth.cli.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.admin.TestAdminServer;
import org.sipoauth.cli.json.JsonObject;

class EdgeListCommandsTest {
    private static final String WEST =
            "{\"name\":\"west\",\"certificate_names\":[\"west.example.com\",\"Edge \\u001b West\"]}";
    private static final String EAST = "{\"name\":\"east\",\"certificate_names\":[\"east.example.com\"]}";

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
    void listsEdges() {
        server.answering(200, "{\"changed_at\":\"2026-01-01T10:00:00.123Z\",\"edges\":[" + EAST + "," + WEST + "]}");

        CommandRun run = edge("list");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests()).containsExactly("GET /admin/api/v1/edges?limit=1000 ");
        assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "EDGE CERTIFICATE NAMES", "east east.example.com", "west west.example.com, Edge \\u001b West");
    }

    @Test
    void listsEdgesAsJson() throws Exception {
        server.answering(200, "{\"edges\":[" + EAST + "]}");

        CommandRun run = edge("list", "--json");

        assertThat(JsonObject.parse(run.out()).objects("edges").get(0).strings("certificate_names"))
                .containsExactly("east.example.com");
    }

    @Test
    void showsAnEdge() throws Exception {
        server.answering(200, EAST);

        CommandRun run = edge("show", "east");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests()).containsExactly("GET /admin/api/v1/edges/east ");
        assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly("EDGE CERTIFICATE NAMES", "east east.example.com");
        assertThat(JsonObject.parse(edge("show", "east", "--json").out()).string("name"))
                .contains("east");
    }

    @Test
    void addsAnEdgeByItsCertificateNames() {
        server.answering(201, WEST);

        CommandRun run =
                edge("add", "west", "--certificate-name=west.example.com", "--certificate-name", "Edge, \"West\"");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests())
                .containsExactly("PUT /admin/api/v1/edges/west"
                        + " {\"certificate_names\":[\"west.example.com\",\"Edge, \\\"West\\\"\"]}");
        assertThat(run.out())
                .isEqualTo("On the list: west, by the certificate names west.example.com, Edge \\u001b West.\n");
    }

    @Test
    void addsAnEdgeByItsOwnName() throws Exception {
        server.answering(200, "{\"name\":\"east.example.com\",\"certificate_names\":[\"east.example.com\"]}");

        CommandRun run = edge("add", "east.example.com", "--json");

        assertThat(server.requests())
                .containsExactly(
                        "PUT /admin/api/v1/edges/east.example.com {\"certificate_names\":[\"east.example.com\"]}");
        assertThat(JsonObject.parse(run.out()).string("name")).contains("east.example.com");
    }

    @Test
    void removesAnEdge() throws Exception {
        server.answering(204, "");

        CommandRun words = edge("remove", "no name/here");
        assertThat(words.exit()).as(words.err()).isZero();
        assertThat(words.out()).isEqualTo("Removed from the list: no\\u0020name/here.\n");
        assertThat(server.requests()).containsExactly("DELETE /admin/api/v1/edges/no%20name%2Fhere ");

        CommandRun json = edge("remove", "west", "--json");
        assertThat(JsonObject.parse(json.out()).string("removed")).contains("west");
    }

    @Test
    void passesOnWhatTheServerObjects() {
        server.answering(409, "{\"detail\":\"the edge west has the certificate name west.example.com already\"}");

        CommandRun run = edge("add", "east", "--certificate-name=west.example.com");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err())
                .contains(
                        "409: the edge west has the certificate name west.example.com already", "Nothing was changed.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "add", "remove", "remove west east", "list west"})
    void asksForExactlyOne(String arguments) {
        CommandRun run = edge(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(run.exit()).isEqualTo(2);
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "x",
                "{}",
                "{\"edges\":[{\"name\":\"west\"}]}",
                "{\"edges\":[{\"certificate_names\":[\"a\"]}]}"
            })
    void saysThatItWasNoServerOfOurs(String answer) {
        server.answering(200, answer);

        CommandRun run = edge("list");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("not one of an authz-server of this release");
    }

    private CommandRun edge(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "edge";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return server.run(EdgeCommand.commandLine(Clock.systemUTC()), all);
    }
}
