package org.sipoauth.examples;

import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.keys.DecryptionKeySource;
import org.sipoauth.verifier.keys.DecryptionKeys;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.status.StatusSource;

/**
 * Decryption keys that somebody fetches for us over a channel that authenticates both ends: an agent of a secrets manager,
 * say. Where that agent writes a file, {@code DecryptionKeySource.file(path)} does the same.
 */
public final class HandedOverKeys implements DecryptionKeySource {
    private volatile DecryptionKeys current = DecryptionKeys.none();

    /**
     * Replaces all keys, from the next token on: while they rotate, hand over both.
     *
     * @throws IllegalArgumentException if the document is refused; then the keys of before stay
     */
    public void handOver(String jwkSet) {
        current = DecryptionKeys.parse(jwkSet);
    }

    @Override
    public DecryptionKeys current() {
        return current;
    }

    /** Takes tokens that are encrypted to this platform, and no others. */
    public TokenVerifier verifier(Expectations expectations, KeySource keys, StatusSource statuses) {
        return TokenVerifier.builder(expectations, keys)
                .statuses(statuses)
                .decryptionKeys(this)
                .build();
    }
}
