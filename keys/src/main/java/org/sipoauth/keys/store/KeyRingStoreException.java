package org.sipoauth.keys.store;

/** A ring or its master key cannot be read or written. The message says what to do and holds no key material. */
public final class KeyRingStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KeyRingStoreException(String message) {
        super(message);
    }

    public KeyRingStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
