package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.json.JsonObject;

/**
 * SIP user agents by others at the registrar, with tokens of the server: what each needs, {@code docs/registrar.md} says. sipp
 * is in {@link RegistrationLoadIT}, Kamailio in {@link EdgeIT}.
 */
class UserAgentsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SCRIPTS = "cli/src/test/resources/user-agents";
    private static final String BARESIP_MODULES = "/usr/lib/baresip/modules"; // Debian's

    @TempDir
    private static Path shared;

    private static Platform platform;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        platform = Platform.start(shared, "edge.example.com");
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization", "Proxy-Authorization"})
    void registersJsSipOverRawTls(String header) throws Exception {
        String node = Peer.NODE.path();
        Path script = installedJsSip().resolve("register.js");
        try (ChildProcess phone = phone("JsSIP", List.of(node, script.toString()), "alice", "1001", header)) {
            assertRegistersAndUnregisters(phone, phone.awaitLine("^registered (sip:.+)$"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization", "Proxy-Authorization"})
    void registersLiblinphoneByACustomHeader(String header) throws Exception {
        String python = Peer.PYTHON.path();
        Path script = Repository.file(SCRIPTS).resolve("liblinphone.py");
        try (ChildProcess phone = phone("liblinphone", List.of(python, script.toString()), "bob", "1002", header)) {
            Matcher first = phone.awaitLine("^registered (sip:.+)$|liblinphone\\S+: cannot open");
            if (first.group(1) == null) {
                Peer.PYTHON.absent("liblinphone is not installed");
            }
            assertRegistersAndUnregisters(phone, first);
        }
    }

    @Test
    void challengesBaresipWhichKnowsNoBearerAndGivesUp() throws Exception {
        String baresip = Peer.BARESIP.path();
        Files.write(folder.resolve("config"), List.of("module_path " + BARESIP_MODULES, "module_tmp account.so"));
        Files.writeString(
                folder.resolve("accounts"),
                "<sip:1003@example.com>;outbound=\"sip:127.0.0.1:%d;transport=tls\";auth_pass=none;regint=60%n"
                        .formatted(platform.oauthPort()));
        await().atMost(LIMIT).until(() -> connections() == 0); // the other tests' phones have gone
        long challenges = challenges();

        try (ChildProcess phone =
                ChildProcess.start("baresip", folder, List.of(baresip, "-f", folder.toString(), "-v", "-s"))) {
            phone.awaitLine("reg: sip:1003@example\\.com: Register: Bad message"); // what it makes of the scheme
            assertThat(phone.output())
                    .contains("SIP/2.0 407 Proxy Authentication Required")
                    .contains("Proxy-Authenticate: Bearer realm=\"ccmsipline\"")
                    .doesNotContain("SIP/2.0 200 OK");
            await().atMost(LIMIT).until(() -> challenges() == challenges + 1);
            assertThat(connections()).isOne(); // baresip keeps it, until the registrar's timeout.unregistered
        }

        await().atMost(LIMIT).until(() -> connections() == 0);
        assertThat(platform.registrarPage("/bindings")).doesNotContain("sip:1003@example.com");
        assertThat(platform.registrarPage("/health")).contains("\"status\":\"UP\"");
        assertThat(platform.registrarOutput()).doesNotContain(" ERROR ", " WARN ", "refused", "sip:1003@");
    }

    /** Starts a script of ours that registers over TLS, says so and stays. */
    private ChildProcess phone(String name, List<String> script, String subscriber, String line, String header)
            throws IOException, InterruptedException, ParseException {
        List<String> command = List.of(
                script.get(0),
                script.get(1),
                "localhost",
                Integer.toString(platform.oauthPort()),
                platform.authority().toString(),
                "sip:" + line + "@example.com",
                token(subscriber).toString(),
                header);
        return ChildProcess.start(name, folder, command);
    }

    private static void assertRegistersAndUnregisters(ChildProcess phone, Matcher registered)
            throws IOException, InterruptedException {
        String contact = registered.group(1);
        assertThat(platform.registrarPage("/bindings")).contains("\"contact\":\"" + contact + '"');

        phone.terminate();

        assertThat(phone.awaitExit(LIMIT)).as(phone.output()).isZero();
        assertThat(phone.output()).contains("unregistered");
        assertThat(platform.registrarPage("/bindings")).doesNotContain(contact);
    }

    /** A file with an access token that the server gave the subscriber's device. */
    private Path token(String subscriber) throws IOException, InterruptedException, ParseException {
        Path memory = folder.resolve(subscriber + ".json");
        platform.sipoauth(
                "phone",
                "register",
                "--provisioning=" + platform.provisioning(),
                "--device=CSF" + subscriber.toUpperCase(Locale.ROOT),
                "--user=" + subscriber,
                "--password-file=" + platform.passwordFile(subscriber),
                "--trust=" + platform.authority(),
                "--once",
                "--token-file=" + memory);
        String token = JsonObject.parse(Files.readString(memory))
                .string("access_token")
                .orElseThrow();
        return Files.writeString(folder.resolve(subscriber + ".token"), token);
    }

    /** JsSIP beside a copy of our script, in the versions of its package-lock.json. */
    private Path installedJsSip() throws IOException, InterruptedException {
        Path jsSip = Files.createDirectory(folder.resolve("jssip"));
        for (String file : List.of("package.json", "package-lock.json", "register.js")) {
            Files.copy(Repository.file(SCRIPTS).resolve("jssip").resolve(file), jsSip.resolve(file));
        }
        NodePackages.install(jsSip);
        return jsSip;
    }

    private static long challenges() throws IOException, InterruptedException {
        return metric("sip_registrations_total{cause=\"challenged\",outcome=\"challenged\"}");
    }

    private static long connections() throws IOException, InterruptedException {
        return metric("sip_connections{port=\"oauth\"}");
    }

    private static long metric(String name) throws IOException, InterruptedException {
        Matcher line = Pattern.compile("^" + Pattern.quote(name) + " ([0-9]+)", Pattern.MULTILINE)
                .matcher(platform.registrarPage("/metrics"));
        assertThat(line.find()).as(name).isTrue();
        return Long.parseLong(line.group(1));
    }
}
