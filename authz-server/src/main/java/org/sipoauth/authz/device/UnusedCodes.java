package org.sipoauth.authz.device;

import org.springframework.dao.DataAccessException;

/** The codes that administrators have made for devices, and that nobody has used yet. */
public interface UnusedCodes {

    /**
     * Ends the code of a device, if it has one.
     *
     * @throws DataAccessException if the store or its replicas did not confirm it; then it is to be asked for again
     */
    void end(String device);
}
