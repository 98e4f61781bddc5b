package org.sipoauth.keys.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.sipoauth.keys.KeyVault;

/**
 * A ring in one file, encrypted under a {@link MasterKey}. The file is replaced whole (written beside, forced to disk,
 * renamed), so that a crash at any byte leaves the old ring or the new one; it is 0600 from its first byte. What is in
 * the way and is not a ring of this master key is never overwritten. Processes on one machine may share it.
 */
public final class EncryptedFileStore implements KeyRingStore {
    private final Path file;
    private final MasterKey masterKey;
    private final KeyVault vault;

    /**
     * @param file where the ring is or will be, in an existing folder; {@code file.lock} and {@code file.new} beside it
     *     belong to the store too
     * @param vault where the private halves of the signing keys are
     */
    public EncryptedFileStore(Path file, MasterKey masterKey, KeyVault vault) {
        this.file = file;
        this.masterKey = masterKey;
        this.vault = vault;
    }

    /**
     * A store for this master key, whose ring is first encrypted anew if it still is under the previous one.
     *
     * @throws KeyRingStoreException if the ring cannot be read or written
     */
    public static EncryptedFileStore open(
            Path file, MasterKey masterKey, Optional<MasterKey> previous, KeyVault vault) {
        try {
            if (previous.isPresent()
                    && Files.exists(file)
                    && previous.get().hasSealed(Files.readString(file).strip())) {
                return new EncryptedFileStore(file, previous.get(), vault).rewrap(masterKey);
            }
            return new EncryptedFileStore(file, masterKey, vault);
        } catch (IOException e) {
            throw new KeyRingStoreException("cannot read the key ring from " + file, e);
        }
    }

    @Override
    public Optional<StoredRing> load() {
        try {
            if (Files.notExists(file)) {
                return Optional.empty();
            }
            OwnerOnlyFile.requireOwnerOnly(file);
            return Optional.of(StoredRing.open(Files.readString(file).strip(), masterKey, vault, file.toString()));
        } catch (IOException e) {
            throw new KeyRingStoreException("cannot read the key ring from " + file, e);
        }
    }

    @Override
    public boolean replace(long expectedVersion, StoredRing next) {
        return alone(() -> {
            long storedVersion = load().map(StoredRing::version).orElse(NONE);
            if (storedVersion != expectedVersion) {
                return false;
            }
            write(masterKey, next);
            return true;
        });
    }

    /**
     * Encrypts the same ring under another master key, which every process that uses it needs from then on.
     *
     * @return the store under its new key; this one can no longer read it
     * @throws KeyRingStoreException if there is no ring, or it cannot be read or written; the old one is still there
     */
    public EncryptedFileStore rewrap(MasterKey next) {
        alone(() -> {
            StoredRing stored = load().orElseThrow(() -> new KeyRingStoreException("there is no key ring at " + file));
            write(next, stored);
            return true;
        });
        return new EncryptedFileStore(file, next, vault);
    }

    private interface Change {
        boolean make() throws IOException;
    }

    private boolean alone(Change change) {
        synchronized (EncryptedFileStore.class) { // file locks keep processes apart, not threads
            try (FileChannel lockFile =
                            FileChannel.open(beside(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = lockFile.lock()) {
                return lock.isValid() && change.make();
            } catch (IOException e) {
                throw new KeyRingStoreException(
                        "cannot write the key ring to " + file + "; the old one is still there", e);
            }
        }
    }

    private void write(MasterKey key, StoredRing stored) throws IOException {
        Path replacement = beside(".new");
        Files.deleteIfExists(replacement); // what a crash left behind; the lock says nobody writes it now
        OwnerOnlyFile.create(replacement, stored.sealed(key) + "\n");
        Files.move(replacement, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        OwnerOnlyFile.forceFolder(OwnerOnlyFile.folderOf(file));
    }

    private Path beside(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    @Override
    public String toString() {
        return "key ring file " + file;
    }
}
