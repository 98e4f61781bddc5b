package org.sipoauth.authz.subscriber;

/**
 * Somebody who can sign in.
 *
 * @param passwordHash as {@link Passwords} made it; never leaves the server
 * @param mustChangePassword whether the password is good for nothing but choosing another
 */
public record Account(String name, Kind kind, String passwordHash, boolean mustChangePassword) {

    /** An administrator is no subscriber: owns no device and gets no tokens for one. */
    public enum Kind {
        SUBSCRIBER,
        ADMINISTRATOR
    }

    @Override
    public String toString() {
        return "Account[" + name + ", " + kind + "]";
    }
}
