package org.sipoauth.verifier.keys;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Keys from a watched file. */
final class FileKeys extends WatchedFile<KeySnapshot> implements KeySource {
    private FileKeys(Path file) {
        super(file, "sipoauth-keys-file");
    }

    static FileKeys open(Path file, Duration lookEvery) {
        FileKeys keys = new FileKeys(file);
        keys.start(lookEvery);
        return keys;
    }

    @Override
    KeySnapshot parse(byte[] document, @Nullable KeySnapshot previous) {
        KeySnapshot read = KeySnapshot.parse(document, Clock.systemUTC().instant());
        KeySnapshot keys = previous == null ? read : read.keepingKeysOf(previous);
        keys.buildTables(thread());
        return keys;
    }
}
