package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What an embedder gets. That it needs nothing beside it is held by the enforcer. */
class JarIT {
    private static final int MAX_BYTES = 150_000;

    @Test
    void isSmall() throws IOException {
        assertThat(Files.size(jar())).isLessThan(MAX_BYTES);
    }

    @Test
    void holdsOurClassesAndTheirModuleAlone() throws IOException {
        try (JarFile jar = new JarFile(jar().toFile())) {
            assertThat(jar.stream().filter(entry -> !entry.isDirectory()).map(entry -> entry.getName()))
                    .allMatch(name -> name.equals("META-INF/MANIFEST.MF")
                            || name.equals("module-info.class")
                            || name.matches("org/sipoauth/verifier/.*\\.class"));
        }
    }

    private static Path jar() throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of("target"), "token-verifier-lib-*.jar")) {
            List<Path> found = StreamSupport.stream(jars.spliterator(), false).toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }
}
