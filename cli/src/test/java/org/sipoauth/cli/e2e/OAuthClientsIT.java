package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.json.JsonObject;

/**
 * OAuth client libraries by others at the server, unmodified and as strict as they come: the metadata, {@code iss} and
 * {@code state} in answers, PKCE, ID tokens and their signatures, access tokens as RFC 9068 has them. Each flow is in the
 * library's script; what it got is checked here.
 */
class OAuthClientsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SCRIPTS = "cli/src/test/resources/oauth-clients";
    private static final String CHECKER_SECRET = "a secret of the client that may introspect";

    @TempDir
    private static Path shared;

    private static Platform platform;
    private static Path scripts;
    private static Path settings;

    @BeforeAll
    static void start() throws Exception {
        scripts = installed();
        platform = Platform.start(
                shared,
                "edge.example.com",
                List.of(
                        "--sipoauth.device-grant.interval=1s",
                        "--sipoauth.clients[0].id=checker",
                        "--sipoauth.clients[0].secret-hash={sha256}" + sha256(CHECKER_SECRET),
                        "--sipoauth.clients[0].grant-types[0]=client_credentials",
                        "--sipoauth.clients[0].scopes[0]=introspect"),
                List.of());
        settings = settings();
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void openidClientSignsInRefreshesAndSignsOut() throws Exception {
        assertThat(run("openid-client", "code").members())
                .containsEntry("token_type", "bearer") // in lower case: RFC 6749 §7.1
                .containsEntry("scope", "sip.register")
                .containsEntry("rotated", true)
                .containsEntry("after_revocation", "invalid_grant");
    }

    @Test
    void openidClientAcceptsTheIdToken() throws Exception {
        assertThat(run("openid-client", "openid").members())
                .containsEntry("sub", "alice")
                .containsEntry("aud", "softphone")
                .containsKey("nonce");
    }

    @Test
    void openidClientPushesItsRequest() throws Exception {
        assertThat(run("openid-client", "pushed").members())
                .containsEntry("parameters", List.of("client_id", "request_uri"))
                .containsEntry("scope", "sip.register");
    }

    @Test
    void openidClientGetsALoginBoundToItsKey() throws Exception {
        assertThat(run("openid-client", "dpop").members())
                .containsEntry("token_type", "bearer") // SIP carries no proof: RFC 9449 §5
                .containsEntry("unproven", "invalid_grant")
                .containsEntry("stolen", "invalid_grant")
                .containsEntry("renewed", "bearer");
    }

    @Test
    void openidClientGetsAnAccessTokenBoundToItsKey() throws Exception {
        assertThat(run("openid-client", "bound").members()).containsEntry("token_type", "dpop");
    }

    @Test
    void openidClientSignsADeskPhoneIn() throws Exception {
        assertThat(run("openid-client", "device").members())
                .containsEntry("token_type", "bearer")
                .containsEntry("rotated", true);
    }

    @Test
    void openidClientGetsATokenForAServiceAndAsksAboutIt() throws Exception {
        assertThat(run("openid-client", "machine").members())
                .containsEntry("active", true)
                .containsEntry("client_id", "demo-service")
                .containsEntry("scope", "sip.register");
    }

    @Test
    void oauth4webapiSignsInRefreshesAndSignsOut() throws Exception {
        assertThat(run("oauth4webapi", "code").members())
                .containsEntry("token_type", "bearer")
                .containsEntry("sub", "alice")
                .containsEntry("client_id", "softphone")
                .containsEntry("device_name", "CSFALICE")
                .containsEntry("after_revocation", "invalid_grant");
    }

    @Test
    void oauth4webapiPushesItsRequestForOneUse() throws Exception {
        assertThat(run("oauth4webapi", "pushed").members())
                .containsEntry("token_type", "bearer")
                .containsEntry("again", 400L);
    }

    @Test
    void oauth4webapiGetsTokensBoundToItsKey() throws Exception {
        assertThat(run("oauth4webapi", "dpop").members())
                .containsEntry("token_type", "dpop")
                .containsEntry("bound", List.of("jkt"))
                .containsEntry("as_bearer", "OAUTH_INVALID_RESPONSE");
    }

    @Test
    void oauth4webapiSignsADeskPhoneIn() throws Exception {
        assertThat(run("oauth4webapi", "device").members())
                .containsEntry("pending", "authorization_pending")
                .containsEntry("device_name", "SEP00005E005301");
    }

    @Test
    void oauth4webapiGetsATokenForAServiceAndAsksAboutIt() throws Exception {
        assertThat(run("oauth4webapi", "machine").members())
                .containsEntry("sub", "demo-service")
                .containsEntry("active", true);
    }

    /** What the script printed at the end of a flow. */
    private static JsonObject run(String library, String flow) throws Exception {
        List<String> command = List.of(
                "env",
                "NODE_EXTRA_CA_CERTS=" + platform.authority(),
                Peer.NODE.path(),
                scripts.resolve(library + ".mjs").toString(),
                settings.toString(),
                flow);
        try (ChildProcess script = ChildProcess.start(library, scripts, command)) {
            assertThat(script.awaitExit(LIMIT)).as(script.output()).isZero();
            return JsonObject.parse(script.awaitLine("^result (.+)$").group(1));
        }
    }

    /** What the scripts need to know, secrets among it, in a file of this test's own folder. */
    private static Path settings() throws IOException {
        String[] service = platform.dataFile("demo-clients.txt").strip().split(":", 2);
        return Files.writeString(shared.resolve("settings.json"), """
                {"issuer": "%s", "audience": "sip:example.com",
                 "user": "alice", "password_file": "%s", "softphone": "CSFALICE", "desk_phone": "SEP00005E005301",
                 "service": {"id": "%s", "secret": "%s"},
                 "checker": {"id": "checker", "secret": "%s"}}
                """.formatted(
                        platform.issuer(), platform.passwordFile("alice"), service[0], service[1], CHECKER_SECRET));
    }

    /** The libraries beside copies of our scripts, in the versions of their package-lock.json. */
    private static Path installed() throws IOException, InterruptedException {
        Path folder = Files.createDirectory(shared.resolve("oauth-clients"));
        for (String file :
                List.of("package.json", "package-lock.json", "browser.mjs", "openid-client.mjs", "oauth4webapi.mjs")) {
            Files.copy(Repository.file(SCRIPTS).resolve(file), folder.resolve(file));
        }
        NodePackages.install(folder);
        return folder;
    }

    private static String sha256(String text) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
