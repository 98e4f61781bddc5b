package org.sipoauth.cli.mode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.admin.TestAdminServer;
import org.sipoauth.cli.json.JsonObject;

class ModeCommandTest {
    private static final String ENABLED = "{\"mode\":\"enabled\",\"changed_at\":\"2026-01-01T10:00:00.123Z\"}";

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
    void switchesItOnAndOff() {
        server.answering(200, ENABLED);
        CommandRun on = mode("enable");
        server.answering(200, ENABLED.replace("enabled", "disabled"));
        CommandRun off = mode("disable");

        assertThat(server.requests())
                .containsExactly(
                        "PUT /admin/api/v1/sip-oauth-mode {\"mode\":\"enabled\"}",
                        "PUT /admin/api/v1/sip-oauth-mode {\"mode\":\"disabled\"}");
        assertThat(on.exit()).as(on.err()).isZero();
        assertThat(on.out()).isEqualTo("SIP OAuth mode: enabled, switched at 2026-01-01T10:00:00.123Z\n");
        assertThat(off.out()).startsWith("SIP OAuth mode: disabled, ");
    }

    @Test
    void showsIt() throws Exception {
        server.answering(200, "{\"mode\":\"disabled\"}");

        assertThat(mode("status").out()).isEqualTo("SIP OAuth mode: disabled, as the server's settings say\n");
        assertThat(JsonObject.parse(mode("status", "--json").out()).string("mode"))
                .contains("disabled");
        assertThat(server.requests().get(0)).isEqualTo("GET /admin/api/v1/sip-oauth-mode ");
    }

    @Test
    void passesOnWhyTheServerDidNot() {
        server.answering(503, "{\"detail\":\"the store did not confirm it\"}");

        CommandRun run = mode("enable");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("the store did not confirm it", "Try again");
    }

    private CommandRun mode(String... words) {
        String[] all = new String[words.length + 1];
        all[0] = "mode";
        System.arraycopy(words, 0, all, 1, words.length);
        return server.run(ModeCommand.commandLine(), all);
    }
}
