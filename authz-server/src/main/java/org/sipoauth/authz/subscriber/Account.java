package org.sipoauth.authz.subscriber;

import org.sipoauth.authz.settings.RandomSecret;

/**
 * Somebody who can sign in.
 *
 * @param passwordHash as {@link Passwords} made it, empty if the password is kept elsewhere; never leaves the server
 * @param mustChangePassword whether the password is good for nothing but choosing another
 * @param enabled whether they may sign in, and get tokens
 * @param voucher who vouches for them, and knows their password, in our place; empty if nobody does
 * @param left whether they are disabled because their voucher has them no more: they are back with their next sign-in there
 * @param signInMark goes into each session that begins: once the account has another mark, those from before are over
 * @param revision another with every change, and never again the same
 */
public record Account(
        String name,
        Kind kind,
        String passwordHash,
        boolean mustChangePassword,
        boolean enabled,
        String voucher,
        boolean left,
        String signInMark,
        String revision) {
    private static final int MARK_BITS = 72;

    /** A subscriber, or an administrator of one of three roles: an administrator owns no device and gets no tokens for one. */
    public enum Kind {
        SUBSCRIBER,
        /** An administrator who may do everything. */
        ADMINISTRATOR,
        /** An administrator for the daily work on people, phones and their logins. */
        OPERATOR,
        /** An administrator who sees, and changes nothing. */
        READ_ONLY;

        public boolean isSubscriber() {
            return this == SUBSCRIBER;
        }
    }

    /** One that is not stored yet. */
    static Account create(String name, Kind kind, boolean enabled, String passwordHash, boolean mustChangePassword) {
        return new Account(name, kind, passwordHash, mustChangePassword, enabled, "", false, newMark(), "");
    }

    /** Somebody who has no password here, and is not stored yet. */
    static Account vouchedFor(String name, Kind kind, String voucher) {
        return new Account(name, kind, "", false, true, voucher, false, newMark(), "");
    }

    /** With another password, one of ours, which ends what was signed in to with the old one. */
    Account withPassword(String hash, boolean mustChange) {
        return new Account(name, kind, hash, mustChange, enabled, "", false, newMark(), revision);
    }

    /** In another role or condition; one that differs ends what was signed in to in the old one. */
    Account as(Kind newKind, boolean nowEnabled) {
        boolean same = newKind == kind && nowEnabled == enabled;
        return new Account(
                name,
                newKind,
                passwordHash,
                mustChangePassword,
                nowEnabled,
                voucher,
                false,
                same ? signInMark : newMark(),
                revision);
    }

    /** Of somebody whom their voucher has no more, which ends what they were signed in to; or of somebody it has again. */
    Account asLeft(boolean nowLeft) {
        return new Account(
                name, kind, passwordHash, mustChangePassword, !nowLeft, voucher, nowLeft, newMark(), revision);
    }

    Account withRevision(String stored) {
        return new Account(name, kind, passwordHash, mustChangePassword, enabled, voucher, left, signInMark, stored);
    }

    /** Whether this server knows the password; else a directory or another provider does, and they alone are asked. */
    public boolean hasPassword() {
        return !passwordHash.isEmpty();
    }

    private static String newMark() {
        return RandomSecret.ofBits(MARK_BITS);
    }

    @Override
    public String toString() {
        return "Account[" + name + ", " + kind + "]";
    }
}
