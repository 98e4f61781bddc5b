package org.sipoauth.cli.activation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.admin.TestAdminServer;
import org.sipoauth.cli.json.JsonObject;

class ActivationCommandTest {
    private static final String ONE = "{\"device\":\"SEP1\",\"activation_code\":\"0123-4567-8901-2345\","
            + "\"expires_at\":\"2026-01-08T10:00:00Z\"}";
    private static final String OTHER = ONE.replace("SEP1", "SEP2").replace("0123", "9999");

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
    void makesACode() {
        server.answering(201, ONE);

        CommandRun run = activation("create", "SEP1");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests()).containsExactly("POST /admin/api/v1/devices/SEP1/activation-code ");
        assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly("DEVICE ACTIVATION CODE EXPIRES", "SEP1 0123-4567-8901-2345 2026-01-08T10:00:00Z");
    }

    @Test
    void makesMany() throws Exception {
        server.answering(201, "{\"activation_codes\":[" + ONE + "," + OTHER + "]}");

        CommandRun run = activation("create", "SEP1", "SEP2", "--json");

        assertThat(server.requests())
                .containsExactly("POST /admin/api/v1/activation-codes {\"devices\":[\"SEP1\",\"SEP2\"]}");
        assertThat(JsonObject.parse(run.out())
                        .objects("activation_codes")
                        .get(1)
                        .string("activation_code"))
                .contains("9999-4567-8901-2345");
    }

    @Test
    void writesThemToAFileOfTheOwnersAlone() throws Exception {
        server.answering(201, "{\"activation_codes\":[" + ONE + "," + OTHER + "]}");
        Path devices = Files.writeString(folder.resolve("devices.csv"), "\ufeffdevice\r\nSEP1\r\n\r\nSEP2\r\n");
        Path codes = folder.resolve("codes.csv");

        CommandRun run = activation("create", "--file", devices.toString(), "--output", codes.toString());

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests())
                .containsExactly("POST /admin/api/v1/activation-codes {\"devices\":[\"SEP1\",\"SEP2\"]}");
        assertThat(run.out()).startsWith("Wrote 2 codes to " + codes).doesNotContain("0123-4567");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(codes)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(codes))
                .isEqualTo("device,activation_code,expires_at\r\n"
                        + "SEP1,0123-4567-8901-2345,2026-01-08T10:00:00Z\r\n"
                        + "SEP2,9999-4567-8901-2345,2026-01-08T10:00:00Z\r\n");
    }

    @Test
    void makesNoneThatItCouldNotWrite() throws Exception {
        Path there = Files.writeString(folder.resolve("codes.csv"), "other codes");

        CommandRun run = activation("create", "SEP1", "--output", there.toString());

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("is already there", "no code was made");
        assertThat(server.requests()).isEmpty();
        assertThat(there).hasContent("other codes");
    }

    @Test
    void namesTheRowsThatAreWrong() {
        server.answering(
                400,
                "{\"detail\":\"no code was made: 1 of the devices cannot have one; see errors\",\"errors\":[{\"row\":2,"
                        + "\"device\":\"SEP2\",\"detail\":\"there is no such \\u001b device\"}]}");

        CommandRun run = activation("create", "SEP1", "SEP2");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("no code was made", "row 2, SEP2: there is no such \\u001b device");
    }

    @Test
    void endsACode() {
        server.answering(204, "");

        CommandRun run = activation("remove", "SEP1");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests()).containsExactly("DELETE /admin/api/v1/devices/SEP1/activation-code ");
        assertThat(run.out()).isEqualTo("Ended: the activation code of SEP1.\n");
    }

    @Test
    void saysThatThereIsNone() {
        server.answering(404, "{\"detail\":\"the device has no activation code\"}");

        CommandRun run = activation("remove", "SEP1");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("the device has no activation code");
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "create ../keys", "remove ../keys", "create SEP1 --output=x --json"})
    void isUsedRight(String line) {
        assertThat(activation(line.split(" ")).exit()).isEqualTo(2);
        assertThat(server.requests()).isEmpty();
    }

    private CommandRun activation(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "activation";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return server.run(ActivationCommand.commandLine(), all);
    }
}
