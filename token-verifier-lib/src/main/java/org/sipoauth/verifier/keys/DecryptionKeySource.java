package org.sipoauth.verifier.keys;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a verifier's decryption keys come from: a file, or whatever an embedder fetches over a channel that authenticates
 * both sides; a lambda will do. Implementations are thread-safe, and reading never waits.
 */
public interface DecryptionKeySource extends AutoCloseable {
    /** The keys to decrypt with now. Never blocks, never null. A key that is gone ends the tokens encrypted with it. */
    DecryptionKeys current();

    /** Tells the source that a token named a key that {@link #current} lacks: a hint, which returns at once. */
    default void keyUnknown(String keyId) {}

    /**
     * Ends the threads of this source; {@link #current} keeps its last answer. Those of this library wait until their thread has
     * ended, so that it touches no file any more: 5 seconds at most, and not at all if it is that thread which closes.
     */
    @Override
    default void close() {}

    /** @throws IllegalArgumentException if the keys are refused; see {@link DecryptionKeys#parse} */
    static DecryptionKeySource fixed(String jwkSetJson) {
        DecryptionKeys keys = DecryptionKeys.parse(jwkSetJson);
        return () -> keys;
    }

    /** As {@link #file(Path, Duration)}, looking every 5 seconds. */
    static DecryptionKeySource file(Path jwkSet) {
        return file(jwkSet, Duration.ofSeconds(5));
    }

    /**
     * Keys from a file that this process alone may read, read at once and again in the background whenever it changes. A file
     * that is absent or broken later leaves the last good keys in place.
     *
     * @throws java.io.UncheckedIOException if the file cannot be read now
     * @throws IllegalArgumentException if its keys are refused now; see {@link DecryptionKeys#parse}
     */
    static DecryptionKeySource file(Path jwkSet, Duration lookEvery) {
        return FileDecryptionKeys.open(jwkSet, lookEvery);
    }
}
