package org.sipoauth.authz.redis;

/** Records on a Redis of a test's own, for tests of what is kept in them. */
public final class RecordsForTests {
    private RecordsForTests() {}

    public static Records on(RedisForTests.Running redis) {
        return new Records(redis.template(), redis.confirmedWrites());
    }
}
