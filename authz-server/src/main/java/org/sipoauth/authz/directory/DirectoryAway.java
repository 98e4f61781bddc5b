package org.sipoauth.authz.directory;

/** The directory cannot be asked now, or not as it is set up here: nothing is known about name or password. */
public final class DirectoryAway extends Exception {
    private static final long serialVersionUID = 1L;

    DirectoryAway(Throwable cause) {
        super("the directory gives no answer", cause);
    }
}
