package org.sipoauth.authz.refresh;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The logins as an administrator sees them: to find and to end. Never scans the store.
 *
 * <p>What is revoked here has reached the replicas that the settings ask for when the method returns. If it could not be
 * confirmed, the method throws an exception that is answered with 503; it is safe, and right, to call it again.
 */
public interface Sessions {
    /** Into so many buckets all users are spread. */
    int BUCKETS = 8_192;

    /** On what occasion logins are revoked, to count them by. */
    enum Kind {
        /** By an administrator, this one login. */
        SESSION,
        /** By an administrator, all of a user. */
        USER,
        /** By an administrator, all on a device. */
        DEVICE,
        /** By an administrator, all of a client. */
        CLIENT,
        /** By who holds its token (RFC 7009). */
        SIGN_OUT,
        /** An authorization code used twice, or that led to no tokens. */
        CODE,
        /** A refresh token used again when it must not be: two hold it. */
        REPLAY
    }

    /** A login, revoked or not; empty if there is none, or it has ended. */
    Optional<Session> find(FamilyId id);

    /** Those of many logins that have not ended, in their order; in little more than the time of one. */
    List<Session> find(List<FamilyId> ids);

    /** All logins of a user that have not ended, newest first. */
    List<Session> ofUser(String user);

    /** All logins on a device that have not ended, newest first. */
    List<Session> ofDevice(String device);

    /** Those of {@link #ofUser}, some of them perhaps gone, in no order; of any number as cheap as of one. */
    List<FamilyId> idsOfUser(String user);

    /** Those of {@link #ofDevice}, likewise. */
    List<FamilyId> idsOfDevice(String device);

    /** @return false if there is no such login, or it is revoked already */
    boolean revoke(FamilyId id, Kind kind, String reason);

    /**
     * Ends also what the user has granted and no phone has redeemed yet.
     *
     * @return how many were not revoked before
     */
    int revokeUser(String user, String reason);

    /**
     * Ends also what was granted for the device and it has not redeemed yet.
     *
     * @return how many were not revoked before
     */
    int revokeDevice(String device, String reason);

    /**
     * Ends those logins on a device that began before the cutoff, and nothing that was only granted.
     *
     * @return how many were not revoked before
     */
    int revokeDevice(String device, Instant cutoff, String reason);

    /**
     * The logins of all users in one bucket, some of them perhaps gone. Who walks through all buckets meets every login.
     *
     * @param bucket 0 to {@link #BUCKETS} - 1
     */
    List<Entry> inBucket(int bucket);

    /**
     * One login of a bucket.
     *
     * @param name of the user
     * @param end of the login; a day later at most if that moves
     */
    record Entry(String name, FamilyId id, Instant end) {}
}
