package org.sipoauth.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.json.JsonObject;

/** Audit files as a server writes them (the same example that its own test has), and what may be done to them. */
class VerifyCommandTest {
    private static final String LAST = "6:h79fQFFkxPSSrL-CrszZ0vP06NuSIiT4l-vR0x0Mn1c";

    @TempDir
    private Path folder;

    private List<String> lines;

    @BeforeEach
    void example() throws IOException {
        try (InputStream file = VerifyCommandTest.class.getResourceAsStream("/audit/example.jsonl")) {
            lines = new ArrayList<>(new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        }
        Files.writeString(folder.resolve("key.txt"), "example AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n");
    }

    @Test
    void findsAChainWholeAndPrintsAnAnchor() throws Exception {
        CommandRun run = verify();

        assertThat(run.exit()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).isEqualTo("Whole: records 1 to 6.\nAnchor for the next time: " + LAST + "\n");
        assertThat(verify("--anchor", LAST).exit()).isZero();
        assertThat(verify("--anchor", "4").exit()).isZero();
        JsonObject json = JsonObject.parse(verify("--json").out());
        assertThat(json.members()).containsEntry("whole", true).containsEntry("last", 6L);
    }

    @Test
    void findsWhichRecordWasChanged() {
        for (int i = 0; i < lines.size(); i++) {
            String before = lines.get(i);
            lines.set(i, before.replace("2026", "2027"));
            CommandRun run = verify();
            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.out()).contains("Not whole: ", "line " + (i + 1) + " is not as the server wrote it");
            lines.set(i, before);
        }
    }

    @Test
    void takesAMacAsItWasWrittenAlone() {
        String last = lines.get(5); // its last character has two bits that mean nothing
        lines.set(5, last.replace("Mn1c\"}", "Mn1d\"}"));

        assertThat(verify().out()).contains("line 6 is not as the server wrote it");
    }

    @Test
    void findsWhereRecordsAreGone() {
        lines.remove(3);

        assertThat(verify().out()).contains("line 4 is record 5 where record 4 belongs: those between are gone");
    }

    @Test
    void findsThatTheBeginningIsGone() {
        lines.remove(0);

        assertThat(verify().out()).contains("line 1 is not the first line of an audit file: its beginning is gone");
    }

    @Test
    void findsRecordsThatWereMoved() {
        lines.add(2, lines.remove(3));
        assertThat(verify().out()).contains("line 3 is record 4 where record 3 belongs");
        lines.add(2, lines.remove(3));
        lines.add(lines.get(2));
        assertThat(verify().out()).contains("line 7 is record 3, which belongs before record 7");
    }

    @Test
    void findsWhatWasCutOffAtTheEndByTheAnchorAlone() {
        lines.remove(5);

        assertThat(verify().exit()).isZero();
        CommandRun run = verify("--anchor", LAST);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).contains("the files end with record 5, and the anchor is record 6");
    }

    @Test
    void findsThatAnotherRecordIsWhereTheAnchorWas() {
        CommandRun run = verify("--anchor", "6:" + "A".repeat(43));

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).contains("line 6 is not the record of the anchor");
    }

    @Test
    void saysThatTheLastLineIsIncomplete() throws IOException {
        Path file = write("audit-000000000001-20260101T000000000Z.jsonl", lines);
        Files.writeString(file, Files.readString(file) + "{\"seq\":7,\"ep");

        CommandRun run = run();

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("the last line is incomplete", "Whole: records 1 to 6.");
    }

    @Test
    void wantsTheKeyOfTheChain() throws IOException {
        Files.writeString(folder.resolve("key.txt"), "other BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9\n");
        assertThat(verify().exit()).isEqualTo(1);

        Files.writeString(folder.resolve("key.txt"), "secret");
        CommandRun run = verify();
        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("holds no key of an audit chain").doesNotContain("secret");
    }

    @Test
    void refusesAFileThatIsNone() throws IOException {
        write("audit-000000000001-20260101T000000000Z.jsonl", List.of("{\"event\":\"begun\"}"));
        assertThat(run().out()).contains("line 1 is no audit record");
        Files.write(folder.resolve("audit-000000000001-20260101T000000000Z.jsonl"), new byte[] {(byte) 0xff, '\n'});
        assertThat(run().exit()).isEqualTo(1);
    }

    private CommandRun verify(String... options) {
        write("audit-000000000001-20260101T000000000Z.jsonl", lines);
        return run(options);
    }

    private Path write(String name, List<String> content) {
        try {
            return Files.writeString(folder.resolve(name), String.join("\n", content) + "\n");
        } catch (IOException unwritable) {
            throw new AssertionError(unwritable);
        }
    }

    private CommandRun run(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "audit",
                "verify",
                folder.toString(),
                "--key-file",
                folder.resolve("key.txt").toString()));
        arguments.addAll(List.of(options));
        return CommandRun.of(AuditCommand.commandLine(InstantSource.system()), arguments.toArray(String[]::new));
    }
}
