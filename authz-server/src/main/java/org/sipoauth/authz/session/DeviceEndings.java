package org.sipoauth.authz.session;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.sipoauth.authz.device.DeviceLogins;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.settings.RandomSecret;

/** Writes down which logins are to end on which devices, and ends those of a single device at once. */
final class DeviceEndings implements DeviceLogins {
    /**
     * Servers that have not looked at a changed profile yet go on for so long: what begins meanwhile is to end, too. No
     * login that is right begins in that time.
     */
    static final Duration UNTIL_ALL_HAVE_LOOKED = Duration.ofSeconds(5);

    private static final int RANDOM_BITS = 48;

    private final EndingStore store;
    private final Sessions sessions;
    private final Clock clock;

    DeviceEndings(EndingStore store, Sessions sessions, Clock clock) {
        this.store = store;
        this.sessions = sessions;
        this.clock = clock;
    }

    @Override
    public Order orderForDevice(String device, String reason) {
        // a login of this very millisecond, too
        Ending ending = Ending.ofDevice(device, RandomSecret.ofBits(RANDOM_BITS), now().plusMillis(1), reason);
        store.add(ending);
        return new Written(ending) {
            @Override
            public void carryOut() {
                sessions.revokeDevice(device, ending.cutoff(), reason);
            }
        };
    }

    @Override
    public Order orderForProfile(String profile, String reason) {
        Ending ending = Ending.ofProfile(profile, now().plus(UNTIL_ALL_HAVE_LOOKED), reason);
        store.add(ending);
        return new Written(ending) {
            @Override
            public void carryOut() {
                // there may be a hundred thousand devices: DeviceSweeper's
            }
        };
    }

    @Override
    public void stopForProfile(String profile) {
        store.remove(Ending.fieldOfProfile(profile));
    }

    @Override
    public Optional<Progress> progress(String profile) {
        return store.find(Ending.fieldOfProfile(profile))
                .map(ending -> new Progress(ending.cutoff(), ending.revoked()));
    }

    private abstract class Written implements Order {
        private final Ending ending;

        private Written(Ending ending) {
            this.ending = ending;
        }

        @Override
        public void withdraw() {
            store.remove(ending.field());
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
