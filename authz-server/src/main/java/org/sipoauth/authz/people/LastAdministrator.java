package org.sipoauth.authz.people;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.sipoauth.authz.settings.RandomSecret;
import org.sipoauth.authz.subscriber.Accounts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Sees to it that somebody is left who may do everything, and, while there is such a one, whose role no directory or other
 * provider can take. What takes that from an administrator is looked at and done for one at a time at all servers together:
 * of the last two, neither may go while the other is going. Accounts are on many nodes of a cluster, so that no script could
 * count and write them in one step.
 */
@Component
final class LastAdministrator {
    private static final List<String> LOCK = List.of("administrator-demoted");

    /** Should a server end in between; many times what the store may take to answer. */
    private static final Duration HELD_AT_MOST = Duration.ofSeconds(60);

    private static final int OWNER_BITS = 120;

    private static final RedisScript<Long> TAKE = new DefaultRedisScript<>("""
            return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0
            """, Long.class);

    private static final RedisScript<Long> GIVE_BACK = new DefaultRedisScript<>("""
            return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0
            """, Long.class);

    private static final Logger LOG = LoggerFactory.getLogger(LastAdministrator.class);

    private final Accounts accounts;
    private final ConfirmedWrites confirmed;

    LastAdministrator(Accounts accounts, ConfirmedWrites confirmed) {
        this.accounts = accounts;
        this.confirmed = confirmed;
    }

    /**
     * Does what takes an administrator something, unless it is the last who may do everything.
     *
     * @throws RequestRefused if so, or while the same is done to another
     * @throws DataAccessException if the store is away
     */
    <T> T unlessLast(String name, Supplier<T> change) {
        String owner = RandomSecret.ofBits(OWNER_BITS);
        if (confirmed.execute(TAKE, LOCK, owner, Long.toString(HELD_AT_MOST.toMillis())) == 0) {
            throw new RequestRefused(
                    HttpStatus.CONFLICT,
                    "another administrator is being disabled, removed or given another role at this moment; send it again");
        }
        try {
            if (accounts.isLastAdministrator(name)) {
                throw new RequestRefused(
                        HttpStatus.CONFLICT,
                        name
                                + " is the last enabled administrator who may do everything: nobody else has that role and a"
                                + " password here; first give somebody else both, or enable them");
            }
            return change.get();
        } finally {
            giveBack(owner);
        }
    }

    private void giveBack(String owner) {
        try {
            confirmed.execute(GIVE_BACK, LOCK, owner);
        } catch (DataAccessException away) { // says nothing about what was done meanwhile
            LOG.warn("for a minute at most no administrator can be disabled, removed or demoted: {}", away.toString());
        }
    }
}
