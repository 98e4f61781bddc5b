package org.sipoauth.authz.subscriber;

/**
 * Somebody who can sign in.
 *
 * @param passwordHash as {@link Passwords} made it, empty if the password is kept elsewhere; never leaves the server
 * @param mustChangePassword whether the password is good for nothing but choosing another
 */
public record Account(String name, Kind kind, String passwordHash, boolean mustChangePassword) {

    /** An administrator is no subscriber: owns no device and gets no tokens for one. */
    public enum Kind {
        SUBSCRIBER,
        ADMINISTRATOR
    }

    /** Whether this server knows the password; else a directory or another provider does, and they alone are asked. */
    public boolean hasPassword() {
        return !passwordHash.isEmpty();
    }

    @Override
    public String toString() {
        return "Account[" + name + ", " + kind + "]";
    }
}
