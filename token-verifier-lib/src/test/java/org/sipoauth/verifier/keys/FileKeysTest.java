package org.sipoauth.verifier.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.verifier.TestKeys;
import org.sipoauth.verifier.refresh.Threads;

class FileKeysTest {
    private static final Duration OFTEN = Duration.ofMillis(10);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void writeFirstKeys() throws IOException {
        file = folder.resolve("jwks.json");
        Files.writeString(file, TestKeys.jwkSet(TestKeys.es256("first")));
    }

    @Test
    void readsKeysAtOnce() {
        try (KeySource keys = KeySource.file(file)) {
            assertThat(keys.current().keyIds()).containsExactly("first");
            assertThat(keys.current().isTooOld(Instant.now().plus(Duration.ofDays(10_000))))
                    .isFalse();
            assertThat(keys.refreshing()).isFalse();
        }
    }

    @Test
    void takesUpKeysThatReplaceTheFile() throws IOException {
        try (KeySource keys = KeySource.file(file, OFTEN)) {
            Path next = folder.resolve("next");
            Files.writeString(next, TestKeys.jwkSet(TestKeys.es256("second")));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            await().until(() -> keys.current().find("second").isPresent());
            assertThat(keys.current().keyIds()).containsExactly("second");
        }
    }

    /** What a look at time and size alone would miss. */
    @Test
    void takesUpKeysOfTheSameSizeAndFileTime() throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        try (KeySource keys = KeySource.file(file, OFTEN)) {
            Path next = folder.resolve("next");
            Files.writeString(next, TestKeys.jwkSet(TestKeys.es256("third")));
            Files.setLastModifiedTime(next, time);
            assertThat(Files.size(next)).isEqualTo(Files.size(file));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            await().until(() -> keys.current().find("third").isPresent());
        }
    }

    @Test
    void keepsTheLastGoodKeysWhileTheFileIsBrokenOrAbsent() throws IOException {
        try (FileKeys keys = FileKeys.open(file, Duration.ofDays(1))) { // we look ourselves
            KeySnapshot good = keys.current();
            for (String broken : List.of("", "{", "{\"keys\":[]}")) {
                Files.writeString(file, broken);
                keys.look();
                assertThat(keys.current()).isSameAs(good);
            }
            Files.delete(file);
            keys.look();
            assertThat(keys.current()).isSameAs(good);
            Files.writeString(file, TestKeys.jwkSet(TestKeys.es256("again")));
            keys.look();
            assertThat(keys.current().keyIds()).containsExactly("again");
        }
    }

    @Test
    void readsTheSameDocumentAgainAfterAnErrorOfTheVirtualMachine() throws IOException {
        AtomicInteger tries = new AtomicInteger();
        WatchedFile<String> texts = new WatchedFile<>(file, "test-texts-file") {
            @Override
            String parse(byte[] document, String previous) {
                String text = new String(document, StandardCharsets.UTF_8);
                if (text.equals("again") && tries.incrementAndGet() <= 2) {
                    throw new OutOfMemoryError("a test's");
                }
                return text;
            }
        };
        try (texts) {
            texts.start(OFTEN);
            Path next = Files.writeString(folder.resolve("next"), "again");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            await().until(() -> texts.current().equals("again"));
            assertThat(tries).hasValue(3);
        }
    }

    @Test
    void keepsItsSnapshotWhileTheFileStaysTheSame() throws IOException {
        try (FileKeys keys = FileKeys.open(file, Duration.ofDays(1))) {
            KeySnapshot first = keys.current();
            Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
            keys.look();
            assertThat(keys.current()).isSameAs(first);
        }
    }

    @Test
    void refusesToStartWithoutReadableKeys() throws IOException {
        assertThatThrownBy(() -> KeySource.file(folder.resolve("absent")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("absent");
        Files.writeString(file, "{\"keys\":[]}");
        assertThatThrownBy(() -> KeySource.file(file)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KeySource.file(file, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void endsItsThreadOnClose() {
        KeySource keys = KeySource.file(file, OFTEN);
        assertThat(Threads.named("sipoauth-keys-file")).isNotEmpty();
        keys.close();
        assertThat(Threads.named("sipoauth-keys-file")).isEmpty();
        assertThat(keys.current().keyIds()).containsExactly("first");
    }
}
