package org.sipoauth.authz.redis;

import java.util.Properties;
import org.sipoauth.authz.settings.StartupRefused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/** Refuses, at start-up, a Redis that would forget logins: one that cannot be reached, or that evicts. */
final class RedisCheck implements SmartInitializingSingleton {
    private static final Logger LOG = LoggerFactory.getLogger(RedisCheck.class);

    private final RedisConnectionFactory redis;

    RedisCheck(RedisConnectionFactory redis) {
        this.redis = redis;
    }

    @Override
    public void afterSingletonsInstantiated() {
        try (RedisConnection connection = redis.getConnection()) {
            requireNoEviction(info(connection, "memory"));
            warnIfNotDurable(info(connection, "persistence"));
        } catch (DataAccessException e) {
            throw new StartupRefused(
                    "Redis does not answer: " + e.getMostSpecificCause().getMessage(),
                    "Check spring.data.redis.* and that this Redis runs; leave them all unset for the embedded one.",
                    e);
        }
    }

    // INFO rather than CONFIG GET, which hosted Redis services refuse; a cluster prefixes each name with its node.
    private static Properties info(RedisConnection connection, String section) {
        Properties info = connection.serverCommands().info(section);
        return info == null ? new Properties() : info;
    }

    private static void requireNoEviction(Properties memory) {
        for (String name : memory.stringPropertyNames()) {
            if (name.endsWith("maxmemory_policy") && !memory.getProperty(name).equals("noeviction")) {
                throw new StartupRefused(
                        "This Redis evicts keys when its memory is full (" + name + " is " + memory.getProperty(name)
                                + "): phones would lose their logins, and revocations with them.",
                        "Set maxmemory-policy noeviction in its configuration.");
            }
        }
    }

    private static void warnIfNotDurable(Properties persistence) {
        for (String name : persistence.stringPropertyNames()) {
            if (name.endsWith("aof_enabled") && persistence.getProperty(name).equals("0")) {
                LOG.warn(
                        "this Redis keeps no append-only file ({} is 0): when it restarts, it loses the logins and"
                                + " revocations since its last snapshot; set appendonly yes",
                        name);
            }
        }
    }
}
