package org.sipoauth.authz.subscriber;

import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.redis.Records;
import org.sipoauth.authz.redis.RecordsForTests;
import org.sipoauth.authz.redis.RedisForTests;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;

/** Accounts on a Redis of a test's own. */
public final class AccountsForTests {
    private AccountsForTests() {}

    public static Accounts on(RedisForTests.Running redis) {
        return new Accounts(RecordsForTests.on(redis), redis.template(), new Passwords());
    }

    /** Those of a server, whose passwords are hashed by another encoder. */
    public static Accounts of(TestServer server, Argon2PasswordEncoder encoder) {
        return new Accounts(server.bean(Records.class), server.bean(StringRedisTemplate.class), new Passwords(encoder));
    }
}
