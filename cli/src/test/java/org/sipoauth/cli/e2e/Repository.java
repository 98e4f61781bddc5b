package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;

/** Files of this repository that the tests run as a user would: the jars that the build made, scripts, configurations. */
final class Repository {
    private static final Path ROOT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();

    private Repository() {}

    static Path file(String relative) {
        Path file = ROOT.resolve(relative);
        assertThat(file)
                .as("part of the repository, or of what the whole build makes")
                .exists();
        return file;
    }

    /** Java's options that run a jar. */
    static List<String> jar(String relative) {
        return List.of("-jar", file(relative).toString());
    }

    /** Those that run the server: with the classes that {@code archive-server.sh} has archived, unless its jar is newer. */
    static List<String> server() {
        Path archive = ROOT.resolve("authz-server/target/archived/authz-server.jsa");
        String jar = "authz-server/target/authz-server.jar";
        // not the jar itself, which is dated by the release
        return archive.toFile().lastModified()
                        < file(jar + ".original").toFile().lastModified()
                ? jar(jar)
                : List.of(
                        "-XX:SharedArchiveFile=" + archive,
                        "-jar",
                        archive.resolveSibling("authz-server.jar").toString());
    }
}
