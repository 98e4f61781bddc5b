package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

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
}
