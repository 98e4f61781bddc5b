package org.sipoauth.authz.signing;

/** Where to ask for the key to sign with, each time anew: it changes while the server runs. */
@FunctionalInterface
public interface SigningKeys {

    /**
     * Never blocks.
     *
     * @throws org.springframework.dao.DataAccessResourceFailureException if this server has not been able to read the ring for longer than the policy allows
     */
    ActiveSigningKey active();
}
