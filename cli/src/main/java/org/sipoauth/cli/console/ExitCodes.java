package org.sipoauth.cli.console;

/** Exit statuses that mean the same for every command; a command documents its further ones in its help. */
public final class ExitCodes {
    public static final int OK = 0;

    /** The command ran and its answer is no, or what it was given cannot be used. */
    public static final int NO = 1;

    /** The command line itself is wrong; picocli uses the same number. */
    public static final int USAGE = 2;

    private ExitCodes() {}
}
