package org.sipoauth.verifier.internal;

/** Input breaks the grammar it should follow. Stackless: bad input is ordinary. The message never quotes the input. */
public final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
        super(message, null, false, false);
    }
}
