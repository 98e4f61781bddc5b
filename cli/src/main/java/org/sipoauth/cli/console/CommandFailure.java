package org.sipoauth.cli.console;

/**
 * Ends a command with something a person can act on: what is wrong, what to do about it, and the exit status.
 * Neither sentence may hold a secret: both are printed, what cannot be printed safely as escapes.
 */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final String advice;

    public CommandFailure(int exitCode, String problem, String advice) {
        super(Printable.line(problem), null, false, false);
        this.exitCode = exitCode;
        this.advice = advice;
    }

    public int exitCode() {
        return exitCode;
    }

    /** What the person at the terminal can do next, one sentence. */
    public String advice() {
        return advice;
    }
}
