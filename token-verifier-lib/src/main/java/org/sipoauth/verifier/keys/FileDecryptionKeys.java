package org.sipoauth.verifier.keys;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Decryption keys from a watched file. */
final class FileDecryptionKeys extends WatchedFile<DecryptionKeys> implements DecryptionKeySource {
    private FileDecryptionKeys(Path file) {
        super(file, "sipoauth-decryption-keys-file");
    }

    static FileDecryptionKeys open(Path file, Duration lookEvery) {
        FileDecryptionKeys keys = new FileDecryptionKeys(file);
        keys.start(lookEvery);
        return keys;
    }

    @Override
    DecryptionKeys parse(byte[] document, @Nullable DecryptionKeys previous) {
        return DecryptionKeys.parse(document);
    }
}
