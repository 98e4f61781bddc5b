package org.sipoauth.authz.audit;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Whom and what a decision is about, as far as this server knows it: nothing that a request merely claims.
 *
 * @param session the family that the login began
 */
public record Concerned(
        @Nullable String session,
        @Nullable String user,
        @Nullable String device,
        @Nullable String client) implements Serializable {
    /** Nobody that is known. */
    public static final Concerned NOBODY = new Concerned(null, null, null, null);

    public static Concerned client(String client) {
        return new Concerned(null, null, null, client);
    }

    public static Concerned user(String user) {
        return new Concerned(null, user, null, null);
    }
}
