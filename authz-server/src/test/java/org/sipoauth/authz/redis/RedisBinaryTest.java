package org.sipoauth.authz.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisBinaryTest {
    @TempDir
    Path folder;

    @Test
    void isUnpackedOnce() throws IOException {
        Object first = file(RedisBinary.locate(folder, "").executable());

        assertThat(file(RedisBinary.locate(folder, "").executable())).isEqualTo(first);
    }

    @Test
    void isUnpackedAgainWhereTheCopyIsDamaged() throws IOException {
        Path executable = RedisBinary.locate(folder, "").executable();
        byte[] sound = Files.readAllBytes(executable);
        try (FileChannel copy = FileChannel.open(executable, StandardOpenOption.WRITE)) {
            copy.truncate(sound.length / 2);
        }

        assertThat(RedisBinary.locate(folder, "").executable()).hasBinaryContent(sound);
    }

    @Test
    void isUnpackedAgainWhereTheCopyMayNotBeExecuted() throws IOException {
        Path executable = RedisBinary.locate(folder, "").executable();
        assertThat(executable.toFile().setExecutable(false, false)).isTrue();

        assertThat(RedisBinary.locate(folder, "").executable()).isExecutable();
    }

    /** Which file it is: another one under the same name has another. */
    private static Object file(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }
}
