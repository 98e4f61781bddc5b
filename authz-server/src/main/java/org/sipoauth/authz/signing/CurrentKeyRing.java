package org.sipoauth.authz.signing;

import org.sipoauth.keys.KeyRing;

/** The key ring as it stands. */
@FunctionalInterface
public interface CurrentKeyRing {

    /**
     * Never blocks.
     *
     * @throws org.springframework.dao.DataAccessResourceFailureException if this server has not been able to read the ring for longer than the policy allows
     */
    KeyRing get();
}
