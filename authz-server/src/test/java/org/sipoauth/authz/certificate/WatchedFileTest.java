package org.sipoauth.authz.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFileTest {
    @TempDir
    private Path folder;

    @Test
    void isReadUntilItCanBeAfterAReadingThatFailed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "old");
        AtomicInteger failures = new AtomicInteger();
        WatchedFile<String> watched = new WatchedFile<>(file, path -> {
            if (failures.getAndDecrement() > 0) {
                throw new IOException("Too many open files");
            }
            return Files.readString(path);
        });
        failures.set(2);
        Files.writeString(file, "newer");

        assertThat(watched.content()).isEqualTo("old");
        assertThat(watched.content()).isEqualTo("old");
        assertThat(watched.content()).isEqualTo("newer");
    }

    @Test
    void isReadOnceAsLongAsItMakesNoSense() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "old");
        AtomicInteger readings = new AtomicInteger();
        WatchedFile<String> watched = new WatchedFile<>(file, path -> {
            if (readings.incrementAndGet() > 1) {
                throw new IllegalArgumentException("it holds nothing");
            }
            return Files.readString(path);
        });
        Files.writeString(file, "newer");

        assertThat(watched.content()).isEqualTo("old");
        assertThat(watched.content()).isEqualTo("old");
        assertThat(readings).hasValue(2);
    }
}
