package org.sipoauth.verifier.keys;

import org.sipoauth.verifier.refresh.BackgroundThread;

/** Keys that never change; the thread ends with the last of their tables, or with {@link #close}. */
final class FixedKeys implements KeySource {
    private final KeySnapshot keys;
    private final BackgroundThread thread = new BackgroundThread("sipoauth-keys-fixed");

    FixedKeys(KeySnapshot keys) {
        this.keys = keys;
        keys.buildTables(thread);
        thread.shutdown(); // after what it was given
    }

    @Override
    public KeySnapshot current() {
        return keys;
    }

    @Override
    public void close() {
        thread.end();
    }
}
