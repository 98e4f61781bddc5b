package org.sipoauth.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
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

class NodeCommandTest {
    private static final String WEST = "{\"name\":\"west\",\"address\":\"192.0.2.1\",\"ethernet_phone_port\":2000,"
            + "\"sip_port\":5060,\"secured_sip_port\":5061,\"sip_oauth_port\":5090,\"sip_mra_oauth_port\":5091}";
    private static final String EAST = WEST.replace("west", "east").replace("192.0.2.1", "192.0.2.2");
    private static final String PUT = "PUT /admin/api/v1/nodes ";

    @TempDir
    private Path folder;

    private TestAdminServer server;

    @BeforeEach
    void start() throws IOException {
        server = new TestAdminServer(folder).answering(200, "{\"nodes\":[" + WEST + "," + EAST + "],\"set\":true}");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void showsThemInOrder() throws Exception {
        CommandRun run = node("list");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out().lines().map(line -> line.strip().replaceAll(" {2,}", "|")))
                .containsExactly(
                        "PRIORITY|NODE|ADDRESS|SIP OAUTH|THROUGH EDGE|SIP|SIP TLS|SCCP",
                        "0|west|192.0.2.1|5090|5091|5060|5061|2000",
                        "1|east|192.0.2.2|5090|5091|5060|5061|2000");
        assertThat(JsonObject.parse(node("list", "--json").out()).objects("nodes"))
                .hasSize(2);
        server.answering(200, "{\"nodes\":[" + WEST + "],\"set\":false}");
        assertThat(node("list").out()).contains("of the server's settings");
    }

    @Test
    void addsOneToTheListThatItHasSeen() {
        CommandRun last = node("add", "north", "--address", "192.0.2.3", "--sip-oauth-port", "5190");
        CommandRun first = node("add", "north", "--address", "192.0.2.3", "--first");

        assertThat(last.exit()).as(last.err()).isZero();
        assertThat(server.requests().get(1))
                .isEqualTo(PUT + "{\"nodes\":[" + WEST + "," + EAST
                        + ",{\"name\":\"north\",\"address\":\"192.0.2.3\",\"sip_oauth_port\":5190}]}");
        assertThat(first.exit()).as(first.err()).isZero();
        assertThat(server.requests().get(3))
                .startsWith(PUT + "{\"nodes\":[{\"name\":\"north\",\"address\":\"192.0.2.3\"}," + WEST);
        assertThat(server.headers("If-Match")).containsExactly("\"a-tag\"", "\"a-tag\"");
    }

    @Test
    void changesWhatIsGivenAndLeavesTheRest() {
        CommandRun run = node("set", "west", "--sip-oauth-port", "5290", "--address", "2001:db8::1");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests().get(1))
                .startsWith(PUT + "{\"nodes\":[" + WEST.replace("5090", "5290").replace("192.0.2.1", "2001:db8::1")
                        + "," + EAST + "]}");
    }

    @Test
    void removesOneAndTakesAllBack() {
        node("remove", "west");
        node("reset");

        assertThat(server.requests().get(1)).startsWith(PUT + "{\"nodes\":[" + EAST + "]}");
        assertThat(server.requests().get(2)).isEqualTo("DELETE /admin/api/v1/nodes ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "add west --address 192.0.2.9",
                "set north --sip-port 5060",
                "remove north",
                "set west",
                "add north",
                "set west --sip-port many"
            })
    void saysWhatCannotBeDone(String words) {
        CommandRun run = node(words.split(" "));

        assertThat(run.exit()).isIn(1, 2);
        assertThat(run.err()).isNotBlank();
        assertThat(server.requests()).allMatch(request -> request.startsWith("GET"));
    }

    @Test
    void passesOnThatSomebodyElseHasChangedThem() {
        server.thenAnswering(412, "{\"detail\":\"it is not as If-Match says: read it again\"}");

        CommandRun run = node("remove", "west");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("read it again", "Nothing was changed.");
    }

    private CommandRun node(String... words) {
        return server.run(
                NodeCommand.commandLine(),
                Stream.concat(Stream.of("node"), Stream.of(words)).toArray(String[]::new));
    }
}
