package org.sipoauth.authz.session;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.settings.RandomSecret;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Ends the logins that {@link DeviceEndings} has written down: of single devices once more, for one that was under way
 * when the device changed, and of all devices with a security profile, page by page. One server is at work, and when it
 * dies another goes on where it was.
 */
final class DeviceSweeper {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceSweeper.class);
    /** A login that began just before the cutoff is in the index by then, or has failed: Redis has two seconds to answer. */
    private static final Duration SETTLED = Duration.ofSeconds(5);

    private static final Duration LEASE = Duration.ofSeconds(30);

    static final int PAGE = 100;

    private final EndingStore store;
    private final Devices devices;
    private final Sessions sessions;
    private final Clock clock;
    private final String server = RandomSecret.ofBits(64);

    DeviceSweeper(EndingStore store, Devices devices, Sessions sessions, Clock clock) {
        this.store = store;
        this.devices = devices;
        this.sessions = sessions;
        this.clock = clock;
    }

    /** Does all there is to do, which may take minutes. What fails is tried again at the next turn. */
    void turn() {
        try {
            for (Ending ending : store.all()) {
                if (!clock.instant().isBefore(ending.cutoff().plus(SETTLED)) && !end(ending)) {
                    return; // another server is at it
                }
            }
        } catch (DataAccessException e) {
            LOG.warn("logins on devices that have changed are ended later: {}", e.getMessage());
        }
    }

    /** @return false if this is not for this server to do */
    private boolean end(Ending ending) {
        if (!claim()) {
            return false;
        }
        if (ending.isOfProfile()) {
            return endForProfile(ending);
        }
        sessions.revokeDevice(ending.name(), ending.cutoff(), ending.reason());
        store.finish(ending);
        return true;
    }

    private boolean endForProfile(Ending whole) {
        Ending ending = whole;
        while (!Thread.currentThread().isInterrupted()) {
            List<String> page = devices.namesOfProfile(ending.name(), ending.after(), PAGE);
            long revoked = 0;
            for (String device : page) {
                revoked += endForProfile(ending, device);
            }
            if (page.size() < PAGE) {
                store.finish(ending);
                LOG.info(
                        "the logins of security profile {} have ended: {} revoked",
                        ending.name(),
                        ending.revoked() + revoked);
                return true;
            }
            Ending next = ending.advanced(page.get(page.size() - 1), revoked);
            if (!store.advance(ending, next)) {
                return true; // it was stopped, or ordered anew
            }
            if (!claim()) {
                return false;
            }
            ending = next;
        }
        return false;
    }

    private int endForProfile(Ending ending, String device) {
        boolean still = devices.find(device)
                .filter(found -> found.securityProfile().equals(ending.name()))
                .isPresent();
        return still ? sessions.revokeDevice(device, ending.cutoff(), ending.reason()) : 0;
    }

    private boolean claim() {
        Instant now = clock.instant();
        return store.claim(server, now, now.plus(LEASE));
    }
}
