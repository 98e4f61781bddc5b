package org.sipoauth.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.settings.DataDirectory;

/** The files of a chain, over restarts, crashes, tampering and a disk that takes nothing. */
class AuditFolderTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final long BIG = 1 << 20;

    @TempDir
    private Path temporary;

    private Path folder;

    @BeforeEach
    void name() {
        folder = temporary.resolve("audit");
    }

    @Test
    void isOneChainOverAllItsFiles() throws IOException {
        try (AuditFolder audit = open(2_000, NOON)) {
            for (int i = 0; i < 50; i++) {
                audit.append(List.of(record(i)));
            }
        }

        assertThat(files()).hasSizeGreaterThan(2);
        assertThat(numbers(verified())).containsExactlyElementsOf(all(50));
        for (Path file : files()) {
            assertThat(Files.readAllLines(file).get(0)).contains("\"event\":\"audit_file_begun\"", "\"previous_mac\":");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void beginsAFileADayAndRemovesOldOnes() throws IOException {
        for (int day = 0; day < 2; day++) {
            try (AuditFolder audit = open(BIG, NOON.plus(Duration.ofDays(day)))) {
                audit.append(List.of(record(day)));
            }
        }
        assertThat(files()).hasSize(2);
        assertThat(numbers(verified())).containsExactly(0, 1);
        Path old = files().get(0);
        Files.setLastModifiedTime(old, FileTime.from(NOON.minus(Duration.ofDays(100))));

        try (AuditFolder audit = open(BIG, NOON.plus(Duration.ofDays(2)))) {
            audit.append(List.of(record(2)));
        }

        assertThat(files()).hasSize(2).doesNotContain(old);
        assertThat(Files.readString(files().get(1)))
                .contains("\"event\":\"audit_file_removed\"", old.getFileName().toString());
    }

    @Test
    void goesOnAfterARestartAndAfterACrash() throws IOException {
        try (AuditFolder audit = open(BIG, NOON)) {
            audit.append(List.of(record(0)));
            audit.checkpoint();
            audit.append(List.of(record(1), record(2)));
        } // without a checkpoint, as if it had crashed
        Files.writeString(files().get(0), "{\"seq\":7,\"epoch\":2,\"event\":\"beg", StandardOpenOption.APPEND);

        try (AuditFolder audit = open(BIG, NOON)) {
            audit.append(List.of(record(3)));
        }

        List<String> lines = verified();
        assertThat(numbers(lines)).containsExactlyElementsOf(all(4));
        assertThat(lines)
                .filteredOn(line -> line.contains("audit_recovered"))
                .singleElement()
                .asString()
                .contains("\"bytes_cut_off\":31");
    }

    @Test
    void goesOnFromACheckpointWhoseStateWasLost() throws IOException {
        AuditFolder audit = open(BIG, NOON);
        audit.append(List.of(record(0)));
        String before = Files.readString(folder.resolve("chain-state"));
        audit.checkpoint();
        audit.append(List.of(record(1)));
        audit.close();
        Files.writeString(folder.resolve("chain-state"), before);

        try (AuditFolder again = open(BIG, NOON)) {
            again.append(List.of(record(2)));
        }

        assertThat(numbers(verified())).containsExactlyElementsOf(all(3));
    }

    @Test
    void saysThatSomebodyHasChangedWhatItWroteLast() throws IOException {
        try (AuditFolder audit = open(BIG, NOON)) {
            audit.append(List.of(record(0), record(1)));
        }
        Path file = files().get(0);
        Files.writeString(file, Files.readString(file).replace("\"n\":\"1\"", "\"n\":\"9\""));

        try (AuditFolder audit = open(BIG, NOON.plusSeconds(1))) {
            audit.append(List.of(record(2)));
        }

        assertThat(Files.readString(files().get(1))).contains("\"event\":\"audit_chain_broken\"", "\"n\":\"2\"");
        assertThat(Files.readString(file)).as("is left as it was found").contains("\"n\":\"9\"");
        assertThatThrownBy(this::verified).hasMessageContaining("\"n\":\"9\"");
    }

    @Test
    void keepsNoKeyOfWhatIsWritten() throws IOException {
        try (AuditFolder audit = open(BIG, NOON)) {
            audit.append(List.of(record(0)));
            String first = Files.readString(folder.resolve("chain-state"));
            audit.checkpoint();
            String second = Files.readString(folder.resolve("chain-state"));

            assertThat(first.split(" ")[4]).isNotEqualTo(firstKey()).isNotEqualTo(second.split(" ")[4]);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("chain-state"))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void recordsWaitForADiskThatTakesNoneAndThoseTooManyAreCounted() throws IOException {
        AuditFolder audit = open(BIG, NOON);
        Files.delete(folder);
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        AuditFileTrail trail = new AuditFileTrail(audit, Clock.fixed(NOON, ZoneOffset.UTC), meters);
        int most = AuditFileTrail.MOST_WAITING;
        IntStream.range(0, most + 7).forEach(i -> trail.record(record(i)));
        trail.start();
        try {
            Files.createDirectory(folder);
            await().atMost(Duration.ofSeconds(60))
                    .until(() ->
                            meters.get("sipoauth.audit.file.sequence").gauge().value() > most);
        } finally {
            trail.stop();
        }

        assertThat(numbers(verified())).containsExactlyElementsOf(all(most));
        assertThat(verified())
                .filteredOn(line -> line.contains("audit_dropped"))
                .singleElement()
                .asString()
                .contains("\"records\":7");
    }

    private AuditFolder open(long mostBytes, Instant now) {
        return new AuditFolder(
                new DataDirectory(folder), mostBytes, Duration.ofDays(90), Clock.fixed(now, ZoneOffset.UTC));
    }

    private static String record(int number) {
        return "{\"event\":\"tested\",\"n\":\"" + number + "\"}";
    }

    private static List<Integer> all(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private static List<Integer> numbers(List<String> lines) {
        return lines.stream()
                .filter(line -> line.contains("\"event\":\"tested\""))
                .map(line -> Integer.valueOf(line.replaceAll(".*\"n\":\"(\\d+)\".*", "$1")))
                .toList();
    }

    /** Every line from the first file's first on, each of which follows the one before. */
    private List<String> verified() throws IOException {
        AuditChain chain = AuditChain.begin("", Base64.getUrlDecoder().decode(firstKey()));
        List<String> lines = new ArrayList<>();
        for (Path file : files()) {
            for (String line : Files.readAllLines(file)) {
                chain = chain.verify(line).orElseThrow(() -> new AssertionError("does not follow: " + line));
                lines.add(line);
            }
        }
        return lines;
    }

    private String firstKey() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            Path file = all.filter(path -> path.getFileName().toString().startsWith("verification-key-"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no key yet"));
            return Files.readString(file).strip().split(" ")[1];
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> path.toString().endsWith(".jsonl"))
                    .sorted()
                    .toList();
        }
    }
}
