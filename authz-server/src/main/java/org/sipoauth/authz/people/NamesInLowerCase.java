package org.sipoauth.authz.people;

import java.time.Clock;
import java.util.List;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.refresh.UserIndex;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.subscriber.Accounts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * At the first start after an upgrade: keeps in lower case the names that an earlier release kept as they were typed, for
 * which {@code Alice} and {@code alice} were two accounts. Before the first request, which might be such a person's phone.
 * Where two would be one, nothing is changed, so that the earlier release goes on with all of them.
 */
@Component
final class NamesInLowerCase implements SmartInitializingSingleton {
    private static final Logger LOG = LoggerFactory.getLogger(NamesInLowerCase.class);

    private final Accounts accounts;
    private final Devices devices;
    private final UserIndex logins;
    private final Clock clock;

    NamesInLowerCase(Accounts accounts, Devices devices, UserIndex logins, Clock clock) {
        this.accounts = accounts;
        this.devices = devices;
        this.logins = logins;
        this.clock = clock;
    }

    @Override
    public void afterSingletonsInstantiated() {
        try {
            List<String> former = accounts.namesWithCapitals();
            refuseTwoThatWouldBeOne(accounts.sameButForCase(former));
            devices.keepOwnersInLowerCase();
            former.forEach(this::keepInLowerCase);
        } catch (DataAccessException e) {
            throw new StartupRefused(
                    "Redis does not answer: " + e.getMostSpecificCause().getMessage(),
                    "Check spring.data.redis.* and that this Redis runs; leave them all unset for the embedded one.",
                    e);
        }
    }

    private static void refuseTwoThatWouldBeOne(List<String> names) {
        if (!names.isEmpty()) {
            throw new StartupRefused(
                    "There are accounts whose names differ by upper and lower case alone, and would be one: "
                            + String.join(", ", names) + ".",
                    "Nothing has been changed. Start the release from before, remove all but one of each name, give their"
                            + " devices to the one that stays or to an account of another name, and start this release"
                            + " again.");
        }
    }

    /** While the account has its former name as well, the next start does all of it again. */
    private void keepInLowerCase(String former) {
        accounts.keepInLowerCase(former);
        logins.keepInLowerCase(former, clock.instant());
        accounts.forgetFormerName(former);
        LOG.info("the account {} has its name in lower case from now on", former);
    }
}
