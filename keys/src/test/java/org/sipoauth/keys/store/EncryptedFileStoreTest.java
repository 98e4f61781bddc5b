package org.sipoauth.keys.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;

class EncryptedFileStoreTest {
    private static final RotationPolicy POLICY = RotationPolicy.defaults();

    @TempDir
    private Path folder;

    private Path file;
    private MasterKey masterKey;
    private EncryptedFileStore store;

    @BeforeEach
    void emptyStore() {
        file = folder.resolve("ring.jwe");
        masterKey = MasterKey.create(folder.resolve("master.key"));
        store = new EncryptedFileStore(file, masterKey, KeyVault.inRing());
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(store.load()).isEmpty();
    }

    @Test
    void readsBackWhatItWrote() {
        KeyRing ring = newRing();

        assertThat(store.replace(KeyRingStore.NONE, StoredRing.first(ring))).isTrue();

        StoredRing stored = new EncryptedFileStore(file, masterKey, KeyVault.inRing())
                .load()
                .orElseThrow();
        assertThat(stored.version()).isEqualTo(1);
        assertThat(stored.ring().toPrivateJson()).isEqualTo(ring.toPrivateJson());
    }

    @Test
    void replacesOnlyTheVersionThatTheWriterSaw() {
        KeyRing second = newRing();
        store.replace(KeyRingStore.NONE, StoredRing.first(newRing()));

        assertThat(store.replace(KeyRingStore.NONE, StoredRing.first(newRing())))
                .isFalse();
        assertThat(store.replace(1, new StoredRing(2, second))).isTrue();
        assertThat(store.replace(1, new StoredRing(2, newRing()))).isFalse();

        StoredRing stored = store.load().orElseThrow();
        assertThat(stored.version()).isEqualTo(2);
        assertThat(stored.ring().toPrivateJson()).isEqualTo(second.toPrivateJson());
    }

    @Test
    void ofWritersInTheSameInstantOneWins() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> writes = IntStream.range(0, 8)
                    .<Callable<Boolean>>mapToObj(i -> () -> new EncryptedFileStore(file, masterKey, KeyVault.inRing())
                            .replace(KeyRingStore.NONE, StoredRing.first(newRing())))
                    .toList();
            int won = 0;
            for (Future<Boolean> write : writers.invokeAll(writes)) {
                won += write.get() ? 1 : 0;
            }
            assertThat(won).isEqualTo(1);
            assertThat(store.load().orElseThrow().version()).isEqualTo(1);
        } finally {
            writers.shutdownNow();
        }
    }

    @Test
    void holdsNoKeyInTheClearAndOnlyItsOwnerReadsIt() throws Exception {
        store.replace(KeyRingStore.NONE, StoredRing.first(newRing()));

        assertThat(Files.readString(file)).doesNotContain("\"keys\"", "\"d\"").hasLineCount(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void refusesAnotherMasterKeyAndLeavesTheRingAlone() throws Exception {
        store.replace(KeyRingStore.NONE, StoredRing.first(newRing()));
        String before = Files.readString(file);
        MasterKey other = MasterKey.create(folder.resolve("other.key"));
        EncryptedFileStore stranger = new EncryptedFileStore(file, other, KeyVault.inRing());

        assertThatThrownBy(stranger::load)
                .isInstanceOf(KeyRingStoreException.class)
                .hasMessageContainingAll(masterKey.id(), other.id(), "left as it is");
        assertThatThrownBy(() -> stranger.replace(KeyRingStore.NONE, StoredRing.first(newRing())))
                .isInstanceOf(KeyRingStoreException.class);
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @Test
    void neverOverwritesWhatItDoesNotKnow() throws Exception {
        OwnerOnlyFile.create(file, "somebody's diary");

        assertThatThrownBy(() -> store.replace(KeyRingStore.NONE, StoredRing.first(newRing())))
                .isInstanceOf(KeyRingStoreException.class)
                .hasMessageContaining("no encrypted key ring");
        assertThat(Files.readString(file)).isEqualTo("somebody's diary");
    }

    @Test
    void noticesOneChangedByteAnywhere() throws Exception {
        store.replace(KeyRingStore.NONE, StoredRing.first(newRing()));
        String sealed = Files.readString(file).strip();

        for (int i = 0; i < sealed.length(); i += 97) {
            char changed = sealed.charAt(i) == 'A' ? 'B' : 'A';
            Files.writeString(file, sealed.substring(0, i) + changed + sealed.substring(i + 1));
            assertThatThrownBy(store::load).describedAs("byte %d", i).isInstanceOf(KeyRingStoreException.class);
        }
    }

    @Test
    void goesOnAfterACrashBetweenWritingAndRenaming() throws Exception {
        store.replace(KeyRingStore.NONE, StoredRing.first(newRing()));
        Files.writeString(folder.resolve("ring.jwe.new"), "half a ri");

        assertThat(store.load().orElseThrow().version()).isEqualTo(1);
        assertThat(store.replace(1, new StoredRing(2, newRing()))).isTrue();
        assertThat(folder.resolve("ring.jwe.new")).doesNotExist();
    }

    @Test
    void rewrapsTheSameRingUnderANewMasterKey() {
        KeyRing ring = newRing();
        store.replace(KeyRingStore.NONE, StoredRing.first(ring));
        MasterKey next = MasterKey.create(folder.resolve("next.key"));

        StoredRing rewrapped = store.rewrap(next).load().orElseThrow();

        assertThat(rewrapped.version()).isEqualTo(1);
        assertThat(rewrapped.ring().toPrivateJson()).isEqualTo(ring.toPrivateJson());
        assertThatThrownBy(store::load)
                .isInstanceOf(KeyRingStoreException.class)
                .hasMessageContaining(next.id());
    }

    @Test
    void opensUnderANewMasterKeyGivenThePreviousOne() {
        KeyRing ring = newRing();
        store.replace(KeyRingStore.NONE, StoredRing.first(ring));
        MasterKey next = MasterKey.create(folder.resolve("next.key"));

        for (int start = 0; start < 2; start++) {
            StoredRing opened = EncryptedFileStore.open(file, next, Optional.of(masterKey), KeyVault.inRing())
                    .load()
                    .orElseThrow();
            assertThat(opened.ring().toPrivateJson()).isEqualTo(ring.toPrivateJson());
        }
        assertThat(EncryptedFileStore.open(folder.resolve("none"), next, Optional.of(masterKey), KeyVault.inRing())
                        .load())
                .isEmpty();
        assertThatThrownBy(store::load).hasMessageContaining(next.id());
    }

    @Test
    void rewrapsNothingWhereThereIsNoRing() {
        assertThatThrownBy(() -> store.rewrap(masterKey))
                .isInstanceOf(KeyRingStoreException.class)
                .hasMessageContaining("no key ring");
        assertThat(file).doesNotExist();
    }

    @Test
    void refusesARingThatOthersCanRead() throws Exception {
        store.replace(KeyRingStore.NONE, StoredRing.first(newRing()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(store::load)
                .isInstanceOf(KeyRingStoreException.class)
                .hasMessageContaining("chmod 600");
    }

    private static KeyRing newRing() {
        return KeyRing.create(POLICY, KeyVault.inRing(), Instant.parse("2026-01-01T00:00:00Z"));
    }
}
