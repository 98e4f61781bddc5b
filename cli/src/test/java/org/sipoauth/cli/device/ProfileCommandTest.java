package org.sipoauth.cli.device;

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

class ProfileCommandTest {
    private static final String BUILT_IN = "{\"name\":\"standard-oauth\",\"transport\":\"tls\",\"mode\":\"encrypted\","
            + "\"oauth\":true,\"built_in\":true}";
    private static final String ENDING =
            "{\"name\":\"desks\",\"transport\":\"tls\",\"mode\":\"encrypted\",\"oauth\":false,"
                    + "\"built_in\":false,\"ending_logins\":{\"begun_before\":\"2026-01-01T00:00:00Z\",\"revoked\":7}}";

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
    void listsThem() throws Exception {
        server.answering(200, "{\"security_profiles\":[" + ENDING + "," + BUILT_IN + "]}");

        CommandRun run = profile("list");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
                .containsExactly(
                        "PROFILE TRANSPORT MODE OAUTH",
                        "desks tls encrypted no logins are ending, so far 7",
                        "standard-oauth tls encrypted yes built in");
        assertThat(JsonObject.parse(profile("list", "--json").out()).objects("security_profiles"))
                .hasSize(2);
    }

    @Test
    void addsOneWithOauthUnlessToldOtherwise() {
        server.answering(201, BUILT_IN);

        assertThat(profile("add", "desks").exit()).isZero();
        assertThat(profile("add", "desks", "--no-oauth", "--transport=udp", "--mode=non_secure")
                        .exit())
                .isZero();

        assertThat(server.requests())
                .containsExactly(
                        "PUT /admin/api/v1/security-profiles/desks"
                                + " {\"transport\":\"tls\",\"mode\":\"encrypted\",\"oauth\":true}",
                        "PUT /admin/api/v1/security-profiles/desks"
                                + " {\"transport\":\"udp\",\"mode\":\"non_secure\",\"oauth\":false}");
    }

    @Test
    void changesWhatIsNamedAndLeavesTheRest() {
        server.answering(200, BUILT_IN).thenAnswering(200, ENDING);

        CommandRun run = profile("set", "desks", "--no-oauth");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.requests().get(1))
                .isEqualTo("PUT /admin/api/v1/security-profiles/desks"
                        + " {\"transport\":\"tls\",\"mode\":\"encrypted\",\"oauth\":false}");
        assertThat(server.headers("If-Match")).containsExactly("\"a-tag\"");
        assertThat(run.out()).contains("so far 7");
    }

    @Test
    void showsAndRemovesOne() throws Exception {
        server.answering(200, ENDING);
        assertThat(JsonObject.parse(profile("show", "desks", "--json").out()).string("name"))
                .contains("desks");

        server.answering(204, "");
        assertThat(profile("remove", "desks").out()).isEqualTo("Removed: desks.\n");
        assertThat(server.requests())
                .containsExactly(
                        "GET /admin/api/v1/security-profiles/desks ", "DELETE /admin/api/v1/security-profiles/desks ");
    }

    @Test
    void asksForWhatIsMissing() {
        assertThat(profile("set", "desks").exit()).isEqualTo(2);
        assertThat(profile("add").exit()).isEqualTo(2);
        assertThat(profile("add", "desks", "--transport=smoke").exit()).isEqualTo(2);
        assertThat(server.requests()).isEmpty();
    }

    private CommandRun profile(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "profile";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return server.run(ProfileCommand.commandLine(), all);
    }
}
