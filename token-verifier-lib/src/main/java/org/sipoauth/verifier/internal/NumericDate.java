package org.sipoauth.verifier.internal;

import java.time.Instant;

/** Dates in claims. */
public final class NumericDate {
    private static final long LATEST = 253_402_300_799L; // the end of year 9999

    private NumericDate() {}

    /** Seconds since the epoch, a fraction allowed (RFC 7519 §2, NumericDate) and cut off: no instant grows later. */
    public static Instant read(JsonReader json) throws MalformedException {
        return Instant.ofEpochSecond(json.wholePart(LATEST));
    }
}
