package org.sipoauth.cli.keys;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BiFunction;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.keys.KeyId;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;
import org.sipoauth.keys.jwk.JwkSet;
import org.sipoauth.keys.store.EncryptedFileStore;
import org.sipoauth.keys.store.KeyRingStoreException;
import org.sipoauth.keys.store.MasterKey;
import org.sipoauth.keys.store.StoredRing;

/** A ring file opened with its master key. New keys have the algorithm of the active one. */
final class RingFile implements KeyAccess {
    private static final int ATTEMPTS = 5;

    private final Path file;
    private final EncryptedFileStore store;
    private final InstantSource clock;

    RingFile(Path file, Path masterKeyFile, InstantSource clock) {
        this.file = file;
        this.store = open(file, masterKeyFile);
        this.clock = clock;
    }

    /** @throws CommandFailure if the master key cannot be read */
    static EncryptedFileStore open(Path file, Path masterKeyFile) {
        try {
            return new EncryptedFileStore(file, MasterKey.fromFile(masterKeyFile), KeyVault.inRing());
        } catch (KeyRingStoreException e) {
            throw failure(e);
        }
    }

    @Override
    public List<KeyRow> list() {
        return rows(load().ring());
    }

    @Override
    public List<KeyRow> rotate(Use use) {
        return change((ring, now) -> ring.rotate(use.keyUse(), policy(ring), KeyVault.inRing(), now));
    }

    @Override
    public List<KeyRow> revoke(String kid) {
        return change((ring, now) -> ring.revoke(new KeyId(kid), policy(ring), KeyVault.inRing(), now));
    }

    @Override
    public String jwkSet() {
        return JwkSet.toJson(load().ring());
    }

    private List<KeyRow> change(BiFunction<KeyRing, Instant, KeyRing> change) {
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                StoredRing before = load();
                KeyRing after = change.apply(before.ring(), clock.instant());
                if (after == before.ring() || store.replace(before.version(), before.next(after))) {
                    return rows(after);
                }
            }
        } catch (KeyRingStoreException e) {
            throw failure(e);
        } catch (IllegalStateException | IllegalArgumentException refused) {
            throw new CommandFailure(
                    ExitCodes.NO, String.valueOf(refused.getMessage()), "Nothing was changed; see sipoauth keys list.");
        }
        throw new CommandFailure(ExitCodes.NO, "others keep changing " + file, "Try again.");
    }

    private StoredRing load() {
        try {
            return store.load()
                    .orElseThrow(() -> new CommandFailure(
                            ExitCodes.NO,
                            "there is no key ring at " + file,
                            "Name the server's: keyring.jwe in its data folder."));
        } catch (KeyRingStoreException e) {
            throw failure(e);
        }
    }

    private static RotationPolicy policy(KeyRing ring) {
        return RotationPolicy.builder()
                .algorithm(ring.active(KeyUse.ACCESS_TOKEN_SIGNING).algorithm())
                .build();
    }

    private static List<KeyRow> rows(KeyRing ring) {
        return ring.keys().stream().map(KeyRow::of).toList();
    }

    static CommandFailure failure(KeyRingStoreException e) {
        return new CommandFailure(ExitCodes.NO, String.valueOf(e.getMessage()), "Nothing was changed.");
    }
}
