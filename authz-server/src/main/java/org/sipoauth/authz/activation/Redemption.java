package org.sipoauth.authz.activation;

/** What the attempt to use a code came to. */
sealed interface Redemption {
    /** There is no code for this device, or another. */
    record Wrong() implements Redemption {}

    record Expired() implements Redemption {}

    /** The device belongs to somebody else than when the code was made. */
    record OtherOwner() implements Redemption {}

    /** Another request is beginning the login, or has died on the way. */
    record Busy() implements Redemption {}

    /**
     * This request alone may begin the login now.
     *
     * @param claim to be named when the login has begun
     */
    record Claimed(String claim) implements Redemption {}

    /** The login began a short while ago: the answer may have been lost. */
    record Again(String familyId) implements Redemption {}

    /** The login began longer ago than an honest phone asks again, or for another client. */
    record Replayed(String familyId) implements Redemption {}
}
