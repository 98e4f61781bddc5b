package org.sipoauth.authz.settings;

/** The server does not start as it is set up: what is wrong, and what to do about it. */
public final class StartupRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String action;

    public StartupRefused(String description, String action) {
        super(description);
        this.action = action;
    }

    public StartupRefused(String description, String action, Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    String action() {
        return action;
    }
}
