package org.sipoauth.authz.subscriber;

import org.sipoauth.authz.redis.RecordsForTests;
import org.sipoauth.authz.redis.RedisForTests;

/** Accounts on a Redis of a test's own. */
public final class AccountsForTests {
    private AccountsForTests() {}

    public static Accounts on(RedisForTests.Running redis) {
        return new Accounts(RecordsForTests.on(redis), redis.template(), new Passwords());
    }
}
