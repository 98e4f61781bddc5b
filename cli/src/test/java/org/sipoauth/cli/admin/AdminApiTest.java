package org.sipoauth.cli.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.TestHttpsServer;
import org.sipoauth.cli.TestPki;
import org.sipoauth.cli.mode.ModeCommand;

class AdminApiTest {
    @TempDir
    private Path folder;

    /** RFC 8705 §2, §3: the certificate is shown with the token, too, which is bound to it. */
    @Test
    void authenticatesByCertificateInPlaceOfASecret() throws Exception {
        TestPki pki = TestPki.in(folder);
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        try (TestHttpsServer server = TestHttpsServer.askingForCertificates(pki)
                .on("/oauth2/token", exchange -> answer(exchange, seen, "{\"access_token\":\"bound\"}"))
                .on("/admin/api/v1", exchange -> answer(exchange, seen, "{\"mode\":\"enabled\"}"))) {
            CommandRun run = run(
                    server.address().toString(),
                    "--client-id=backup",
                    "--client-certificate=" + pki.file("edge.crt"),
                    "--client-key=" + pki.file("edge.key"));

            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(run.out()).contains("enabled");
        }
        assertThat(seen).hasSize(2).allSatisfy(request -> assertThat(request).startsWith("CN=edge"));
        assertThat(seen.get(0))
                .contains("client_id=backup", "grant_type=client_credentials")
                .endsWith(" null");
        assertThat(seen.get(1)).endsWith(" Bearer bound");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--client-id=backup",
                "--client-id=backup --client-certificate=x.crt",
                "--client-file=x --client-id=backup",
                "--client-file=x --client-certificate=x.crt --client-key=x.key",
            })
    void wantsOneWayToAuthenticateAndAllOfIt(String options) {
        CommandRun run = run("https://localhost:1", options.split(" "));

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("--client-file; or with --client-id, --client-certificate and --client-key");
    }

    private CommandRun run(String server, String... options) {
        return CommandRun.of(
                ModeCommand.commandLine(),
                Stream.concat(
                                Stream.of(
                                        "mode", "status", "--server=" + server, "--trust=" + folder.resolve("ca.crt")),
                                Arrays.stream(options).filter(option -> !option.isEmpty()))
                        .toArray(String[]::new));
    }

    private static void answer(HttpExchange exchange, List<String> seen, String json) throws IOException {
        X509Certificate shown =
                (X509Certificate) ((HttpsExchange) exchange).getSSLSession().getPeerCertificates()[0];
        seen.add(shown.getSubjectX500Principal() + " "
                + new String(exchange.getRequestBody().readAllBytes(), UTF_8) + " "
                + exchange.getRequestHeaders().getFirst("Authorization"));
        byte[] body = json.getBytes(UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }
}
