package org.sipoauth.authz.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusListFolderTest {
    private static final String ISSUER = "https://localhost:8443";
    private static final StatusListName NAME = new StatusListName(3, 685, 0);
    private static final StatusList LIST = StatusList.fromBitmap(NAME, new byte[] {0x11});

    @TempDir
    Path data;

    @Test
    void hasNothingBeforeTheFirstList() {
        assertThat(folder(ISSUER).load()).isEmpty();
    }

    @Test
    void keepsTheLastStateOfAList() throws Exception {
        folder(ISSUER).save(StatusList.empty(NAME));
        folder(ISSUER).save(LIST);

        assertThat(folder(ISSUER).load())
                .singleElement()
                .usingRecursiveComparison()
                .isEqualTo(LIST);
    }

    @Test
    void doesNotReadWhatIsDamaged() throws Exception {
        folder(ISSUER).save(LIST);
        Path file = data.resolve("status-lists/s03.685.0");
        byte[] content = Files.readAllBytes(file);
        content[content.length - 100] ^= 1;
        Files.write(file, content);

        assertThat(folder(ISSUER).load()).isEmpty();
    }

    @Test
    void doesNotReadWhatWasCutShort() throws Exception {
        folder(ISSUER).save(LIST);
        Path file = data.resolve("status-lists/s03.685.0");
        Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 5_000));

        assertThat(folder(ISSUER).load()).isEmpty();
    }

    @Test
    void doesNotReadTheListsOfAnotherIssuer() throws Exception {
        folder("https://staging.example:8443").save(LIST);

        assertThat(folder(ISSUER).load()).isEmpty();
    }

    @Test
    void forgetsTheOthersAndNothingElse() throws Exception {
        StatusListName old = new StatusListName(3, 680, 0);
        folder(ISSUER).save(LIST);
        folder(ISSUER).save(StatusList.empty(old));
        Files.writeString(data.resolve("status-lists/notes.txt"), "an operator's");

        folder(ISSUER).retain(Set.of(NAME));

        assertThat(folder(ISSUER).load()).extracting(StatusList::name).containsExactly(NAME);
        assertThat(data.resolve("status-lists/notes.txt")).exists();
    }

    private StatusListFolder folder(String issuer) {
        return new StatusListFolder(data.resolve("status-lists"), issuer);
    }
}
