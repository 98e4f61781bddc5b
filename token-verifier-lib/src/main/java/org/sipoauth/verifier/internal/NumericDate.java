package org.sipoauth.verifier.internal;

import java.math.BigDecimal;
import java.time.Instant;

/** Dates in claims. */
public final class NumericDate {
    private static final BigDecimal LATEST = BigDecimal.valueOf(253_402_300_799L); // the end of year 9999

    private NumericDate() {}

    /** Seconds since the epoch, a fraction allowed (RFC 7519 §2, NumericDate) and cut off: no instant grows later. */
    public static Instant read(JsonReader json) throws MalformedException {
        BigDecimal seconds = json.number();
        if (seconds.signum() < 0 || seconds.compareTo(LATEST) > 0) {
            throw new MalformedException("date out of range");
        }
        return Instant.ofEpochSecond(seconds.longValue());
    }
}
