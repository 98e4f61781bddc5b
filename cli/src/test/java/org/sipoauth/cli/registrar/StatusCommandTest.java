package org.sipoauth.cli.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.ClosedPort;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.json.JsonObject;

class StatusCommandTest {
    private static final String STATUS =
            "{\"node\":\"node1\",\"listeners\":{\"oauth\":\"0.0.0.0:5090\",\"mra\":\"0.0.0.0:5091\"},"
                    + "\"status\":\"UP\",\"mode\":\"enabled\",\"keyIds\":[\"a\",\"b\"],\"keysReadAt\":\"2026-01-01T11:59:30Z\","
                    + "\"statusLists\":4,\"statusListsReadAt\":\"2026-01-01T11:59:58Z\",\"revoked\":7,\"edges\":2,\"edgesReadAt\":null,"
                    + "\"certificateEnds\":\"2026-03-01T00:00:00Z\",\"bindings\":12,\"lastRefusals\":[{\"at\":\"2026-01-01T11:58:00.123Z\","
                    + "\"cause\":\"device\",\"status\":403,\"detail\":\"token is for device CSFALICE\",\"method\":\"REGISTER\","
                    + "\"to\":\"sip:1001@example.com\",\"devices\":[\"CSF\\u001bBOB\"],\"from\":\"192.0.2.4:40000\",\"edge\":null,"
                    + "\"port\":\"oauth\"}]}";

    private HttpServer management;
    private volatile String page = STATUS;
    private volatile int answer = 200;

    @BeforeEach
    void start() throws IOException {
        management = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        management.createContext("/status", exchange -> {
            byte[] body = page.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        management.start();
    }

    @AfterEach
    void stop() {
        management.stop(0);
    }

    @Test
    void showsWhatAnOperatorAsksFirst() {
        CommandRun run = status();

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out())
                .containsPattern("status +UP")
                .containsPattern("listens, oauth +0.0.0.0:5090")
                .containsPattern("listens, mra +0.0.0.0:5091")
                .containsPattern("SIP OAuth mode +enabled")
                .containsPattern("bindings +12")
                .containsPattern("keys +2, read 30 s ago")
                .containsPattern("status lists +4, read 2 s ago, 7 logins revoked")
                .containsPattern("edges +2, never read")
                .containsPattern("certificate ends +2026-03-01T00:00:00Z")
                .containsPattern(
                        "2026-01-01T11:58:00Z +device +403 +sip:1001@example.com +CSF\\\\u001bBOB +token is for device CSFALICE");
    }

    @Test
    void showsWhatIsNotYetAsTheServerWantsIt() {
        page = STATUS.replace(
                "\"status\":",
                "\"portsPending\":{\"oauth\":\"0.0.0.0:5190 cannot be bound: in use\"},"
                        + "\"portsReadAt\":\"2026-01-01T11:59:50Z\",\"modeReadAt\":\"2026-01-01T11:59:55Z\",\"status\":");

        CommandRun run = status();

        assertThat(run.out())
                .containsPattern(
                        "listens, oauth +0.0.0.0:5090, not as the server wants: 0.0.0.0:5190 cannot be bound: in use\n")
                .containsPattern("listens, mra +0.0.0.0:5091\n")
                .containsPattern("ports, as served +read 10 s ago")
                .containsPattern("SIP OAuth mode +enabled, read 5 s ago");
    }

    @Test
    void passesTheDocumentOn() throws Exception {
        CommandRun run = status("--json");

        assertThat(JsonObject.parse(run.out()).integer("bindings")).contains(12L);
    }

    @Test
    void tellsByItsExitStatusThatPhonesCannotRegister() {
        page = STATUS.replace("\"UP\"", "\"KEYS_TOO_OLD\"").replace("[{", "[").replaceAll("\\[\"at\".*\\}\\]", "[]");

        CommandRun run = status();

        assertThat(run.exit()).isEqualTo(StatusCommand.NOT_UP);
        assertThat(run.out()).containsPattern("status +KEYS_TOO_OLD").containsPattern("last refusals +none");
    }

    @Test
    void saysThatNoRegistrarIsThere() throws IOException {
        page = "{}";
        assertThat(status().err()).contains("what answers there is no registrar", "management-port is 9091");
        answer = 404;
        assertThat(status().err()).contains("it answered 404");
        try (ClosedPort nobodys = new ClosedPort()) {
            CommandRun gone = run("--management", "http://127.0.0.1:" + nobodys.number());
            assertThat(gone.err()).contains("connection refused");
            assertThat(gone.exit()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://127.0.0.1:9091", "http://192.0.2.1:9091", "127.0.0.1"})
    void asksThisMachineAlone(String address) {
        CommandRun run = run("--management", address);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("--management: an http address of this machine");
    }

    private CommandRun status(String... options) {
        String[] all = new String[options.length + 2];
        all[0] = "--management";
        all[1] = "http://127.0.0.1:" + management.getAddress().getPort();
        System.arraycopy(options, 0, all, 2, options.length);
        return run(all);
    }

    private static CommandRun run(String... options) {
        String[] all = new String[options.length + 2];
        all[0] = "registrar";
        all[1] = "status";
        System.arraycopy(options, 0, all, 2, options.length);
        InstantSource noon = InstantSource.fixed(Instant.parse("2026-01-01T12:00:00Z"));
        return CommandRun.of(RegistrarCommand.commandLine(noon), all);
    }
}
