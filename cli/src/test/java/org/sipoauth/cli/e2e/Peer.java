package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A program by others that the tests talk to. Where it is absent a test is skipped and says so, unless
 * {@code SIPOAUTH_REQUIRE_PEERS} is true, as in CI: then it fails.
 */
enum Peer {
    SIPP("sipp", "sip-tester"),
    STUNNEL("stunnel4", "stunnel4"),
    KAMAILIO("kamailio", "kamailio, kamailio-tls-modules and kamailio-outbound-modules"),
    NODE("node", "nodejs"),
    NPM("npm", "npm"),
    PYTHON("python3", "python3 and liblinphone10"),
    BARESIP("baresip", "baresip-core"),
    CURL("curl", "curl"),
    REDIS_CLI("redis-cli", "redis-tools"),
    HAPROXY("haproxy", "haproxy"),
    BASH("bash", "bash"),
    SYSTEMD_ANALYZE("systemd-analyze", "systemd"),
    PROMTOOL("promtool", "prometheus");

    private static final List<String> FURTHER_FOLDERS = List.of("/usr/sbin", "/usr/local/sbin"); // Debian's root only

    private final String program;
    private final String debianPackages;

    Peer(String program, String debianPackages) {
        this.program = program;
        this.debianPackages = debianPackages;
    }

    /** The program's path; does not return where it is absent. */
    String path() {
        return find().orElseGet(() -> absent(program + " is not installed")).toString();
    }

    /** Ends the test for want of this peer, for a reason that only running it showed. */
    Path absent(String why) {
        String reason = why + " (Debian packages: " + debianPackages + ")";
        if (Boolean.parseBoolean(System.getenv("SIPOAUTH_REQUIRE_PEERS"))) {
            return fail(reason + ", and SIPOAUTH_REQUIRE_PEERS is set");
        }
        System.out.println("SKIPPED: " + reason);
        return abort(reason);
    }

    private Optional<Path> find() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Arrays.stream(path.split(File.pathSeparator)), FURTHER_FOLDERS.stream())
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
