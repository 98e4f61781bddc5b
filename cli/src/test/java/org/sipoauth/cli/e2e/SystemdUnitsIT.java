package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code deploy/systemd/install.sh} installs, as systemd reads it. */
class SystemdUnitsIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final List<String> UNITS = List.of("authz-server", "sip-registrar");

    /** Tenths: 2.0 of the 10 that a unit without any protection has. */
    private static final int MOST_EXPOSURE = 20;

    @TempDir
    private Path folder;

    private Path installed;

    @BeforeEach
    void install() throws Exception {
        installed = folder.resolve("installed");
        succeed(Peer.BASH.path(), installScript(), "--destdir", installed.toString());
    }

    @Test
    void systemdFindsNoFaultInTheUnits() throws Exception {
        for (String unit : UNITS) {
            assertThat(succeed(Peer.SYSTEMD_ANALYZE.path(), "verify", "--man=no", unit(unit)))
                    .isEmpty();
        }
    }

    @Test
    void theUnitsExposeLittleOfTheMachine() throws Exception {
        for (String unit : UNITS) {
            succeed(
                    Peer.SYSTEMD_ANALYZE.path(),
                    "security",
                    "--offline=true",
                    "--no-pager",
                    "--threshold=" + MOST_EXPOSURE,
                    unit(unit));
        }
    }

    @Test
    void theRegistrarKnowsEverySettingThatItIsGiven() throws Exception {
        String help = succeed(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                installed.resolve("usr/lib/sip-oauth/sip-registrar.jar").toString(),
                "--help");
        Properties settings = new Properties();
        settings.load(Files.newBufferedReader(installed.resolve("etc/sip-oauth/sip-registrar.properties")));
        List<String> given = Pattern.compile("--([a-z.-]+)=")
                .matcher(Files.readString(Path.of(unit("sip-registrar"))))
                .results()
                .map((MatchResult found) -> found.group(1))
                .filter(key -> !key.equals("config"))
                .toList();

        assertThat(given).isNotEmpty();
        assertThat(settings.stringPropertyNames()).isNotEmpty();
        given.forEach(key -> assertThat(help).contains("--" + key + " "));
        settings.stringPropertyNames().forEach(key -> assertThat(help).contains("--" + key + " "));
    }

    @Test
    void anotherInstallationKeepsSettingsAndKeys() throws Exception {
        Path settings = installed.resolve("etc/sip-oauth/authz-server.yaml");
        Path masterKey = installed.resolve("etc/sip-oauth/master.key");
        Path jar = installed.resolve("usr/lib/sip-oauth/sipoauth.jar");
        String key = Files.readString(masterKey);
        Files.writeString(settings, "# mine\n");
        Files.writeString(jar, "an older release");

        succeed(Peer.BASH.path(), installScript(), "--destdir", installed.toString());

        assertThat(settings).hasContent("# mine\n");
        assertThat(key.strip()).matches("[A-Za-z0-9_-]{43}");
        assertThat(masterKey).hasContent(key);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(masterKey)))
                .isEqualTo("rw-------");
        assertThat(jar).hasSameBinaryContentAs(Repository.file("cli/target/sipoauth.jar"));
    }

    @Test
    void aReleaseIsInstalledFromTheJarsBesideIt() throws Exception {
        Path release = Files.createDirectories(folder.resolve("release"));
        Path target = folder.resolve("of a release");
        for (String part : List.of("deploy", "docs")) {
            succeed("cp", "-r", Repository.file(part).toString(), release.toString());
        }
        for (String jar : List.of("authz-server.jar", "sip-registrar.jar", "sipoauth.jar")) {
            Files.writeString(release.resolve(jar), "as released");
        }

        succeed(
                Peer.BASH.path(),
                release.resolve("deploy/systemd/install.sh").toString(),
                "--destdir",
                target.toString());

        assertThat(target.resolve("usr/lib/sip-oauth/authz-server.jar")).hasContent("as released");
        assertThat(target.resolve("usr/lib/sip-oauth/sipoauth.jar")).hasContent("as released");
    }

    private String unit(String name) {
        return installed.resolve("usr/lib/systemd/system/" + name + ".service").toString();
    }

    private static String installScript() {
        return Repository.file("deploy/systemd/install.sh").toString();
    }

    private String succeed(String... command) throws IOException, InterruptedException {
        try (ChildProcess process = ChildProcess.start(command[0], folder, List.of(command))) {
            int exit = process.awaitExit(LIMIT);
            assertThat(exit).as(process.output()).isZero();
            return process.output();
        }
    }
}
