package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.json.JsonObject;
import org.sipoauth.cli.pki.DevPkiCommand;
import org.sipoauth.cli.token.UnverifiedToken;

/**
 * Desk phones that prove by themselves that they are to be signed in, by the jars: with an activation code, with a
 * manufacturer's certificate, and with both; each registers at the registrar. The device authorization grant is in
 * {@link DeskPhoneIT}.
 */
class DeskPhoneProofsIT {
    private static final int SIGN_IN_REFUSED = 4;
    private static final String EDGE = "localhost"; // where phones look for it
    private static final String ALICES = "SEP00005E005301";
    private static final String BOBS = "SEP00005E005302";
    private static final String CAROLS = "SEP00005E005303";

    @TempDir
    private static Path shared;

    private static Platform platform;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        makeFactory("acme", "CP-8845-" + BOBS);
        makeFactory("other", CAROLS);
        platform = Platform.start(
                shared,
                EDGE,
                List.of(
                        "--sipoauth.mutual-tls.port=" + LoopbackPorts.free(),
                        "--sipoauth.manufacturers[0].name=acme",
                        "--sipoauth.manufacturers[0].authorities=" + factory("acme", "ca.crt"),
                        "--sipoauth.manufacturers[0].common-name=CP-[0-9]+-(SEP[0-9A-F]{12})",
                        "--sipoauth.manufacturers[1].name=other",
                        "--sipoauth.manufacturers[1].authorities=" + factory("other", "ca.crt"),
                        "--sipoauth.manufacturers[1].common-name=(SEP[0-9A-F]{12})",
                        "--sipoauth.manufacturers[1].ways=activation-code+manufacturer-certificate"),
                List.of("--tls.phone-certificates=requested", "--edges=" + EDGE, "--edges.phone-certificates=" + EDGE));
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void registersByAnActivationCode() throws Exception {
        Path codes = folder.resolve("codes.csv");
        Path devices = Files.writeString(folder.resolve("devices.csv"), "device\n" + ALICES + "\n");
        administer("activation", "create", "--file", devices.toString(), "--output", codes.toString());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(codes)))
                .isEqualTo("rw-------");
        Path code = Files.writeString(
                folder.resolve("code"), Files.readAllLines(codes).get(1).split(",")[1] + "\n");
        Path tokens = folder.resolve("phone.json");

        Platform.Run run = register(ALICES, tokens, "--activation-code", "--activation-code-file", code.toString());

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output()).contains("Signed in", "Registered sip:1001@", "as " + ALICES);
        assertThat(claims(tokens).string("sub")).contains("alice");
        assertThat(claims(tokens).object("cnf")).isEmpty();
        assertThat(platform.registrarPage("/bindings")).contains("\"device\":\"" + ALICES + "\"");
        assertThat(administer("activation", "remove", ALICES).exit())
                .as("it is used")
                .isEqualTo(1);
    }

    @Test
    void isNotSignedInByACodeThatWasEnded() throws Exception {
        Path code = activationCode(ALICES);
        assertThat(administer("activation", "remove", ALICES).exit()).isZero();

        Platform.Run run = register(
                ALICES, folder.resolve("phone.json"), "--activation-code", "--activation-code-file", code.toString());

        assertThat(run.exit()).as(run.output()).isEqualTo(SIGN_IN_REFUSED);
        assertThat(run.output()).contains("invalid_grant", "sipoauth activation create " + ALICES);
    }

    @Test
    void registersByTheCertificateOfItsManufacturer() throws Exception {
        Path tokens = folder.resolve("phone.json");

        Platform.Run run = register(BOBS, tokens, certificate("acme"));

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output()).contains("Signed in", "Registered sip:1002@", "as " + BOBS);
        assertThat(claims(tokens).string("sub")).contains("bob");
        assertThat(claims(tokens).object("cnf").orElseThrow().string("x5t#S256"))
                .isPresent();
        assertThat(platform.registrarPage("/bindings")).contains("\"device\":\"" + BOBS + "\"");
        assertThat(platform.serverOutput()).contains("\"event\":\"begun\"");

        Platform.Run again = register(BOBS, tokens, certificate("acme"));
        assertThat(again.exit()).as(again.output()).isZero();
        assertThat(again.output()).contains("Remembered tokens are in use").doesNotContain("Signing in");
    }

    @Test
    void isNotRegisteredByStolenTokensWithoutTheCertificate() throws Exception {
        Path tokens = folder.resolve("phone.json");
        assertThat(register(BOBS, tokens, certificate("acme")).exit()).isZero();
        Path code = Files.writeString(folder.resolve("code"), "0000-0000-0000-0000\n");

        Platform.Run thief = register(BOBS, tokens, "--activation-code", "--activation-code-file", code.toString());

        assertThat(thief.exit()).as(thief.output()).isEqualTo(SIGN_IN_REFUSED);
        assertThat(thief.output()).contains("The remembered login is over", "bound to a certificate");
    }

    /** What a phone shows Kamailio, Kamailio tells the registrar; what a phone itself tells does not get there. */
    @Test
    void isRegisteredThroughAnEdgeByTheCertificateThatItShowsThereAndByNoneThatItNames() throws Exception {
        Path tokens = folder.resolve("phone.json");
        Path configuration = Files.createDirectory(folder.resolve("edge"));
        try (KamailioEdge edge = KamailioEdge.start(
                configuration, platform.pki().resolve("edge.crt"), platform.authority(), platform.edgePort())) {
            List<String> throughTheEdge = new ArrayList<>(List.of(certificate("acme")));
            throughTheEdge.addAll(List.of("--edge", "--sip-host=" + EDGE, "--sip-port=" + edge.port()));

            Platform.Run run = register(BOBS, tokens, throughTheEdge.toArray(String[]::new));

            assertThat(run.exit()).as(run.output()).isZero();
            assertThat(run.output()).contains("Registered sip:1002@", "as " + BOBS);
            BarePhone bobs = new BarePhone(
                    edge.port(),
                    platform.authority(),
                    "1002",
                    JsonObject.parse(read(tokens)).string("access_token").orElseThrow());
            Path own = shared.resolve("acme");
            Path anothers = shared.resolve("other");
            assertThat(bobs.register(Optional.of(own), clientCert(anothers)).status())
                    .isEqualTo(200);
            assertThat(bobs.register(Optional.of(anothers)).status()).isEqualTo(403);
            for (String forged : List.of(
                    "X-None: :",
                    clientCert(own),
                    clientCert(own).replace("Client-Cert:", "CLIENT-cert :"),
                    clientCert(own).replaceFirst(":", "\t:\r\n"))) {
                assertThat(bobs.register(Optional.empty(), forged).status())
                        .as(forged)
                        .isEqualTo(403);
            }
            assertThat(platform.registrarOutput())
                    .contains("its edge forwarded another certificate", "its edge forwarded no certificate of a phone");
        }
    }

    private static String clientCert(Path factory) throws Exception {
        String pem = read(factory.resolve("phone.crt"));
        return "Client-Cert: :" + pem.split("-----")[2].replaceAll("\\s", "") + ":";
    }

    @Test
    void registersByBothWhereBothAreWanted() throws Exception {
        Path tokens = folder.resolve("phone.json");
        Platform.Run certificateAlone = register(CAROLS, tokens, certificate("other"));
        assertThat(certificateAlone.exit()).as(certificateAlone.output()).isEqualTo(SIGN_IN_REFUSED);
        assertThat(certificateAlone.output()).contains("a code is wanted, too");
        List<String> both = new ArrayList<>(List.of(certificate("other")));
        both.addAll(List.of(
                "--activation-code",
                "--activation-code-file",
                activationCode(CAROLS).toString()));

        Platform.Run run = register(CAROLS, tokens, both.toArray(String[]::new));

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output()).contains("Registered sip:1003@", "as " + CAROLS);
        assertThat(claims(tokens).object("cnf")).isPresent();
    }

    private static void makeFactory(String name, String phone) {
        CommandRun made = CommandRun.of(
                new DevPkiCommand(Clock.systemUTC()),
                "dev-pki",
                "--out",
                shared.resolve(name).toString(),
                "--phone",
                phone);
        assertThat(made.exit()).as(made.err()).isZero();
    }

    private static Path factory(String name, String file) {
        return shared.resolve(name).resolve(file);
    }

    private static String[] certificate(String name) {
        return new String[] {
            "--client-certificate=" + factory(name, "phone.crt"), "--client-key=" + factory(name, "phone.key")
        };
    }

    private Path activationCode(String device) throws Exception {
        Platform.Run created = administer("activation", "create", device, "--json");
        assertThat(created.exit()).as(created.output()).isZero();
        return Files.writeString(
                folder.resolve(device + ".code"),
                JsonObject.parse(created.output()).string("activation_code").orElseThrow() + "\n");
    }

    private static Platform.Run administer(String... arguments) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(
                "--server=" + platform.issuer(),
                "--client-file=" + shared.resolve("data").resolve("admin-client.txt"),
                "--trust=" + platform.authority()));
        return platform.run(all.toArray(String[]::new));
    }

    private static Platform.Run register(String device, Path tokens, String... options) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(
                "phone",
                "register",
                "--once",
                "--provisioning=" + platform.provisioning(),
                "--device=" + device,
                "--trust=" + platform.authority(),
                "--token-file=" + tokens));
        all.addAll(List.of(options));
        return platform.run(all.toArray(String[]::new));
    }

    private static JsonObject claims(Path tokens) throws Exception {
        return UnverifiedToken.parse(
                        JsonObject.parse(read(tokens)).string("access_token").orElseThrow())
                .claims()
                .orElseThrow();
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file);
    }
}
