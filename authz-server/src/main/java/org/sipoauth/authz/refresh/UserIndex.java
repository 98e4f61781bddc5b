package org.sipoauth.authz.refresh;

import java.time.Instant;

/** By whose name logins are found. */
public interface UserIndex {

    /**
     * Finds the logins of a user whose name an earlier release kept with capitals by the name in lower case, confirmed by
     * the replicas; to be called again if it was cut off.
     */
    void keepInLowerCase(String former, Instant now);
}
