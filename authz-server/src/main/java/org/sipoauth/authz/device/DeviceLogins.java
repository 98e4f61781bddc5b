package org.sipoauth.authz.device;

import java.time.Instant;
import java.util.Optional;
import org.springframework.dao.DataAccessException;

/** Ends the logins on devices whose tokens say what no longer holds. */
public interface DeviceLogins {

    /**
     * Writes down that every login on a device that has begun by now is to end. From then on it will, whatever happens to
     * this server: an order comes before the change that it is for.
     *
     * @param reason at most 64 bytes
     * @throws DataAccessException if the store or its replicas did not confirm it; then it is to be asked for again
     */
    Order orderForDevice(String device, String reason);

    /**
     * The same for all devices that have a security profile; done in the background.
     *
     * @param reason at most 64 bytes
     * @throws DataAccessException if the store or its replicas did not confirm it; then it is to be asked for again
     */
    Order orderForProfile(String profile, String reason);

    /** Does no more of what was ordered for a security profile. */
    void stopForProfile(String profile);

    /** What is ordered for a security profile and not done yet. */
    Optional<Progress> progress(String profile);

    /** Written down, and so to be carried out. */
    interface Order {
        /** For a change that was not made. */
        void withdraw();

        /**
         * Ends what can be ended now.
         *
         * @throws DataAccessException if the store is away; the rest is done when it is back
         */
        void carryOut();
    }

    /**
     * @param since logins that began later go on
     * @param revoked so many have ended
     */
    record Progress(Instant since, long revoked) {}
}
