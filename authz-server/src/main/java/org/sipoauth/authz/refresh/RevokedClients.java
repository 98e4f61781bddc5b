package org.sipoauth.authz.refresh;

import java.time.Instant;

/** The clients all of whose logins were revoked at once, as far as this server knows. Never blocks. */
@FunctionalInterface
public interface RevokedClients {

    /** @param begun when a login of the client began */
    boolean isRevoked(String client, Instant begun);
}
