package org.sipoauth.authz.administration;

import java.util.Optional;
import org.sipoauth.authz.redis.Expected;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/** What is always there: as somebody has set it, or else as the settings say. So is its entity tag. */
public final class Defaulted {
    private static final String UNSET = "unset";

    private Defaulted() {}

    /** @param revision empty: nobody has set it */
    public static String entityTag(Optional<String> revision) {
        return Preconditions.entityTag(revision.orElse(UNSET));
    }

    /** @throws RequestRefused for {@code If-None-Match: *}, which is never so */
    public static Expected expected(HttpHeaders headers) {
        Expected expected = Preconditions.of(headers);
        if (expected.equals(Expected.ABSENT)) {
            throw new RequestRefused(
                    HttpStatus.PRECONDITION_FAILED,
                    "it has a value, at least that of the settings: send If-Match with the ETag that you have read");
        }
        if (expected.equals(new Expected.Revision(UNSET))) {
            return Expected.ABSENT;
        }
        return expected.equals(Expected.PRESENT) ? Expected.ANYTHING : expected;
    }
}
