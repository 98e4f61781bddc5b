package org.sipoauth.keys.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterKeyTest {
    @TempDir
    private Path folder;

    @Test
    void opensWhatTheSameKeySealed() throws Exception {
        Path file = folder.resolve("master.key");
        MasterKey created = MasterKey.create(file);

        assertThat(MasterKey.fromFile(file).open(created.seal("ring"), "here")).isEqualTo("ring");
        assertThat(MasterKey.parse(Files.readString(file).strip(), "environment")
                        .id())
                .isEqualTo(created.id());
    }

    @Test
    void isNeverOverwritten() throws Exception {
        Path file = folder.resolve("master.key");
        MasterKey.create(file);
        String before = Files.readString(file);

        assertThatThrownBy(() -> MasterKey.create(file))
                .isInstanceOf(KeyRingStoreException.class)
                .hasMessageContaining("exists already");
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @Test
    void isRefusedWhenOthersCanReadIt() throws Exception {
        Path file = folder.resolve("master.key");
        MasterKey.create(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));

        assertThatThrownBy(() -> MasterKey.fromFile(file))
                .isInstanceOf(KeyRingStoreException.class)
                .hasMessageContaining("chmod 600");
    }

    @Test
    void isTakenFromAnotherUsersFileThatItsGroupMayRead() {
        assertThat(OwnerOnlyFile.isKept(PosixFilePermissions.fromString("r--r-----"), false))
                .isTrue();
        assertThat(OwnerOnlyFile.isKept(PosixFilePermissions.fromString("r--r-----"), true))
                .isFalse();
        assertThat(OwnerOnlyFile.isKept(PosixFilePermissions.fromString("r--rw----"), false))
                .isFalse();
        assertThat(OwnerOnlyFile.isKept(PosixFilePermissions.fromString("r--r--r--"), false))
                .isFalse();
    }

    @Test
    void saysWhatIsMissingOrMisshapenWithoutRepeatingIt() {
        assertThatThrownBy(() -> MasterKey.fromFile(folder.resolve("nothing")))
                .isInstanceOf(KeyRingStoreException.class)
                .hasMessageContaining("no master key at");
        assertThatThrownBy(() -> MasterKey.parse("s3cr3t value", "SIPOAUTH_MASTER_KEY"))
                .isInstanceOf(KeyRingStoreException.class)
                .hasMessageStartingWith("SIPOAUTH_MASTER_KEY")
                .hasMessageNotContaining("s3cr3t");
    }

    @Test
    void printsItsIdAlone() throws Exception {
        Path file = folder.resolve("master.key");
        MasterKey created = MasterKey.create(file);

        assertThat(created).hasToString("master key " + created.id());
        assertThat(Files.readString(file)).doesNotContain(created.id());
    }
}
