package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sipoauth.cli.console.CommandFailure;

class PhoneMemoryTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Tokens TOKENS = new Tokens("a.b.c", Optional.of("r1"), NOW, NOW.plusSeconds(3600));
    private static final PhoneMemory.Remembered REMEMBERED = new PhoneMemory.Remembered(
            URI.create("https://as.example.com/token"),
            TOKENS,
            new Provisioning.File("<device>\"ü\"</device>".getBytes(StandardCharsets.UTF_8), Optional.of("\"tag-1\"")));

    @TempDir
    private Path folder;

    private Path file;
    private PhoneMemory memory;

    @BeforeEach
    void open() {
        file = folder.resolve("tokens.json");
        memory = new PhoneMemory(Optional.of(file), "CSFALICE");
    }

    @Test
    void remembersWhatItWasGiven() throws IOException {
        memory.save(REMEMBERED);

        PhoneMemory.Remembered loaded = memory.load().orElseThrow();
        assertThat(loaded.tokens()).isEqualTo(TOKENS);
        assertThat(loaded.tokenEndpoint()).isEqualTo(REMEMBERED.tokenEndpoint());
        assertThat(loaded.configuration().content())
                .isEqualTo(REMEMBERED.configuration().content());
        assertThat(loaded.configuration().tag()).hasValue("\"tag-1\"");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void replacesTheFileAsAWholeAndTightensItsMode() throws IOException {
        Files.writeString(file, "{}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        memory.save(REMEMBERED);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void remembersNothingWithoutAFile() {
        PhoneMemory none = new PhoneMemory(Optional.empty(), "CSFALICE");
        none.save(REMEMBERED);

        assertThat(none.load()).isEmpty();
        assertThat(memory.load()).as("no file yet").isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "CSFALICE | CSFBOB | another device",
                "\"access_token\" | \"token\" | not a token file",
                "https: | http: | not a token file",
                "\"expires_at\":1795431600 | \"expires_at\":\"soon\" | not a token file",
                "{ | [ | not a token file"
            })
    void refusesAFileThatIsNotItsOwn(String part, String replacement, String why) throws IOException {
        memory.save(REMEMBERED);
        Files.writeString(file, Files.readString(file).replace(part, replacement));

        assertThatThrownBy(() -> memory.load())
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(why);
    }

    @Test
    void saysThatItCannotWrite() {
        PhoneMemory nowhere = new PhoneMemory(Optional.of(folder.resolve("none/tokens.json")), "CSFALICE");

        assertThatThrownBy(() -> nowhere.save(REMEMBERED))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("cannot write the token file")
                .hasMessageNotContaining("r1");
    }
}
