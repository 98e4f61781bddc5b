package org.sipoauth.cli.parameter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.admin.TestAdminServer;
import org.sipoauth.cli.json.JsonObject;

class ParameterCommandTest {
    private static final String EXPIRY =
            "{\"name\":\"access-token-expiry\",\"familiar_name\":\"OAuth Access Token Expiry"
                    + " Timer (minutes)\",\"value\":60,\"default\":60,\"set\":false,\"unit\":\"minutes\",\"minimum\":1,"
                    + "\"maximum\":1440}";
    private static final String FLOW = "{\"name\":\"refresh-login-flow\",\"familiar_name\":\"OAuth with Refresh Login"
            + " Flow\",\"value\":\"disabled\",\"default\":\"enabled\",\"set\":true,\"values\":[\"enabled\",\"disabled\"]}";
    private static final String URIS =
            "{\"name\":\"third-party-redirect-uris\",\"familiar_name\":\"Redirect URIs for Third"
                    + " Party SSO Client\",\"value\":[],\"default\":[],\"set\":false,\"maximum_length\":100}";
    private static final String PATH = "/admin/api/v1/parameters";

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
    void showsThemAll() throws Exception {
        String list = "{\"parameters\":[" + EXPIRY + "," + FLOW + "," + URIS + "]}";
        server.answering(200, list);

        CommandRun run = parameter("list");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out().lines().map(line -> line.replaceAll(" {2,}", "|")))
                .containsExactly(
                        "PARAMETER|VALUE|RANGE|DEFAULT|IN UNIFIED CM",
                        "access-token-expiry|60 minutes|1 to 1440 minutes|OAuth Access Token Expiry Timer (minutes)",
                        "refresh-login-flow|disabled|enabled or disabled|enabled|OAuth with Refresh Login Flow",
                        "third-party-redirect-uris|none|at most 100 addresses|Redirect URIs for Third Party SSO Client");
        assertThat(JsonObject.parse(parameter("list", "--json").out()).toJson())
                .isEqualTo(JsonObject.parse(list).toJson());
    }

    @Test
    void showsOne() throws Exception {
        server.answering(200, FLOW);

        CommandRun run = parameter("show", "refresh-login-flow");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests()).containsExactly("GET " + PATH + "/refresh-login-flow ");
        assertThat(run.out().lines().map(line -> line.replaceAll(" {2,}", "|")))
                .containsExactly(
                        "PARAMETER|VALUE|RANGE|DEFAULT|IN UNIFIED CM",
                        "refresh-login-flow|disabled|enabled or disabled|enabled|OAuth with Refresh Login Flow");
        assertThat(JsonObject.parse(parameter("show", "refresh-login-flow", "--json")
                                .out())
                        .toJson())
                .isEqualTo(JsonObject.parse(FLOW).toJson());
    }

    @Test
    void setsANumber() {
        server.answering(200, EXPIRY)
                .thenAnswering(
                        200, EXPIRY.replace("\"value\":60", "\"value\":30").replace("false", "true"));

        CommandRun run = parameter("set", "access-token-expiry", "30");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("access-token-expiry: 30 minutes, set; without that 60 minutes\n");
        assertThat(server.requests())
                .containsExactly(
                        "GET " + PATH + "/access-token-expiry ", "PUT " + PATH + "/access-token-expiry {\"value\":30}");
    }

    @Test
    void setsASwitchAndAList() {
        server.answering(200, FLOW);
        parameter("set", "refresh-login-flow", "disabled");
        server.answering(200, URIS);
        parameter("set", "third-party-redirect-uris", "https://a.example/", "com.example.app:/");
        parameter("set", "third-party-redirect-uris");

        assertThat(server.requests())
                .filteredOn(request -> request.startsWith("PUT"))
                .map(request -> request.replace("\\/", "/"))
                .containsExactly(
                        "PUT " + PATH + "/refresh-login-flow {\"value\":\"disabled\"}",
                        "PUT " + PATH + "/third-party-redirect-uris"
                                + " {\"value\":[\"https://a.example/\",\"com.example.app:/\"]}",
                        "PUT " + PATH + "/third-party-redirect-uris {\"value\":[]}");
    }

    @Test
    void saysWhatIsNoValueBeforeItAsksTheServer() {
        server.answering(200, EXPIRY);

        CommandRun words = parameter("set", "access-token-expiry", "soon");
        CommandRun two = parameter("set", "access-token-expiry", "30", "40");

        assertThat(words.exit()).isEqualTo(2);
        assertThat(words.err()).contains("access-token-expiry is a number", "1 to 1440 minutes");
        assertThat(two.err()).contains("takes one value");
        assertThat(server.requests()).allMatch(request -> request.startsWith("GET"));
    }

    @Test
    void takesOneBack() {
        server.answering(204, "").thenAnswering(200, EXPIRY);

        CommandRun run = parameter("reset", "access-token-expiry");

        assertThat(run.out()).isEqualTo("access-token-expiry: 60 minutes, as the server's settings say\n");
        assertThat(server.requests())
                .containsExactly("DELETE " + PATH + "/access-token-expiry ", "GET " + PATH + "/access-token-expiry ");
    }

    @Test
    void passesOnTheRangeThatTheServerNames() {
        server.answering(200, EXPIRY)
                .thenAnswering(400, "{\"detail\":\"access-token-expiry is a whole number of minutes from 1 to 1440\"}");

        CommandRun run = parameter("set", "access-token-expiry", "1441");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("from 1 to 1440", "Nothing was changed.");
    }

    private CommandRun parameter(String... words) {
        return server.run(
                ParameterCommand.commandLine(),
                Stream.concat(Stream.of("parameter"), Stream.of(words)).toArray(String[]::new));
    }
}
