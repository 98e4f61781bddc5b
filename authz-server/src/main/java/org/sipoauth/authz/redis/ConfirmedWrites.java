package org.sipoauth.authz.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceExceptionConverter;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * Runs scripts whose effect must not be lost when a replica takes over: logins and revocations. The script goes out with
 * {@code WAIT} right behind it, to the node that holds its keys, on a connection that nothing else uses meanwhile:
 * {@code WAIT} holds a connection up, and speaks of the writes of its own connection alone.
 *
 * <p>With several replicas, Sentinel and Cluster let one take over that has got furthest, so that one which confirmed is
 * enough.
 */
public final class ConfirmedWrites implements AutoCloseable {
    private final LettuceConnectionFactory redis;
    private final int replicas;
    private final Duration confirmTimeout;
    private final Duration commandTimeout;
    private final Counter unconfirmed;
    private final Semaphore permits;
    private final Deque<StatefulConnection<String, String>> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    /**
     * @param replicas how many have to confirm a write; 0: what the node that takes it says is enough
     * @param confirmTimeout how long they have for it
     * @param connections on which so many writes can wait at once; a further one waits for its turn as long as for an answer
     */
    ConfirmedWrites(
            LettuceConnectionFactory redis,
            int replicas,
            Duration confirmTimeout,
            int connections,
            MeterRegistry meters) {
        this.redis = redis;
        this.replicas = replicas;
        this.confirmTimeout = confirmTimeout;
        this.permits = new Semaphore(connections);
        this.commandTimeout = redis.getClientConfiguration().getCommandTimeout();
        this.unconfirmed = Counter.builder("sipoauth.store.unconfirmed")
                .description("Writes that too few replicas confirmed in time")
                .register(meters);
    }

    /**
     * Runs a script and returns what it answers when the replicas have its writes, too.
     *
     * @param script that answers a number ({@code Long}) or a list of numbers and strings ({@code List})
     * @param keys of one hash tag, at least one
     * @throws WriteNotConfirmed if too few replicas answered in time; the write is not undone, so it must be one that can
     *     be made again or does no harm
     * @throws DataAccessException if Redis is away or all connections are in use; nobody knows whether the write was made
     */
    public <T> T execute(RedisScript<T> script, List<String> keys, String... arguments) {
        try {
            return onFreeConnection(script, keys, arguments);
        } catch (RedisCommandTimeoutException e) {
            // not what says that the connection for everything else gives no answer; that one here is given up already
            throw new DataAccessResourceFailureException("Redis did not answer a write in time", e);
        } catch (RedisException e) {
            DataAccessException translated = new LettuceExceptionConverter().convert(e);
            throw translated == null ? e : translated;
        }
    }

    private <T> T onFreeConnection(RedisScript<T> script, List<String> keys, String... arguments) {
        if (!acquire()) {
            throw new DataAccessResourceFailureException(
                    "all connections for confirmed writes are in use (sipoauth.redis.confirm-connections)");
        }
        @Nullable StatefulConnection<String, String> connection = null;
        boolean sound = false;
        try {
            connection = idleOrNew();
            T answer = run(connection, script, keys, arguments);
            sound = true;
            return answer;
        } catch (WriteNotConfirmed e) {
            sound = e.getCause() == null; // else it was the connection that failed
            throw e;
        } finally {
            if (connection != null) {
                release(connection, sound);
            }
            permits.release();
        }
    }

    private <T> T run(
            StatefulConnection<String, String> connection,
            RedisScript<T> script,
            List<String> keys,
            String... arguments) {
        if (connection instanceof StatefulRedisClusterConnection<String, String> cluster) {
            try {
                return run(holder(cluster, keys.get(0)), script, keys, arguments);
            } catch (RedisCommandExecutionException e) {
                if (!isMoved(e)) {
                    throw e;
                }
                ((RedisClusterClient) client()).refreshPartitions(); // nothing was run where the key is no longer
                return run(holder(cluster, keys.get(0)), script, keys, arguments);
            }
        }
        return run((StatefulRedisConnection<String, String>) connection, script, keys, arguments);
    }

    private StatefulRedisConnection<String, String> holder(
            StatefulRedisClusterConnection<String, String> cluster, String key) {
        RedisClusterNode master = cluster.getPartitions().getMasterBySlot(SlotHash.getSlot(key));
        if (master == null) {
            ((RedisClusterClient) client()).refreshPartitions();
            throw new RedisException("no node of the cluster holds the slot of " + key);
        }
        return cluster.getConnection(master.getNodeId());
    }

    private static boolean isMoved(RedisCommandExecutionException e) {
        return String.valueOf(e.getMessage()).startsWith("MOVED");
    }

    private <T> T run(
            StatefulRedisConnection<String, String> connection,
            RedisScript<T> script,
            List<String> keys,
            String... arguments) {
        // Lettuce gives up every command after the same time, and WAIT may take longer; who waits here looks at the
        // clock
        connection.setTimeout(commandTimeout.plus(confirmTimeout));
        RedisAsyncCommands<String, String> node = connection.async();
        ScriptOutputType type =
                List.class.equals(script.getResultType()) ? ScriptOutputType.MULTI : ScriptOutputType.INTEGER;
        String[] keyArray = keys.toArray(String[]::new);
        RedisFuture<T> answer = node.evalsha(script.getSha1(), type, keyArray, arguments);
        RedisFuture<Long> confirmed = confirm(node);
        try {
            return await(answer, confirmed);
        } catch (RedisCommandExecutionException refused) {
            if (confirmed != null) {
                letPass(confirmed);
            }
            if (!(refused instanceof RedisNoScriptException)) {
                throw refused;
            }
            answer = node.eval(script.getScriptAsString(), type, keyArray, arguments);
            return await(answer, confirm(node));
        }
    }

    /** Of a script that was refused: where a replica is missing it holds up what comes next, and a replica refuses it, too. */
    private void letPass(RedisFuture<Long> confirmed) {
        try {
            await(confirmed, commandTimeout.plus(confirmTimeout));
        } catch (RedisException saysLessThanTheScript) {
            // that is thrown
        }
    }

    private @Nullable RedisFuture<Long> confirm(RedisAsyncCommands<String, String> node) {
        return replicas == 0 ? null : node.waitForReplication(replicas, confirmTimeout.toMillis());
    }

    private <T> T await(RedisFuture<T> answer, @Nullable RedisFuture<Long> confirmed) {
        T value = await(answer, commandTimeout);
        if (confirmed != null) {
            long have;
            try {
                have = await(confirmed, commandTimeout.plus(confirmTimeout));
            } catch (RedisException e) {
                unconfirmed.increment();
                throw new WriteNotConfirmed("nobody knows whether replicas have a write: " + e.getMessage(), value, e);
            }
            if (have < replicas) {
                unconfirmed.increment();
                throw new WriteNotConfirmed(
                        have + " of " + replicas + " replicas confirmed a write within " + confirmTimeout.toMillis()
                                + " ms",
                        value,
                        null);
            }
        }
        return value;
    }

    private static <T> T await(RedisFuture<T> future, Duration timeout) {
        try {
            return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RedisException redisException
                    ? redisException
                    : new RedisException(e.getCause());
        } catch (CancellationException e) {
            throw new RedisException("a command was given up", e);
        } catch (TimeoutException e) {
            throw new RedisCommandTimeoutException("Redis did not answer within " + timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisException("interrupted while waiting for Redis", e);
        }
    }

    private boolean acquire() {
        try {
            return permits.tryAcquire(commandTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private StatefulConnection<String, String> idleOrNew() {
        StatefulConnection<String, String> connection = idle.pollFirst();
        if (connection != null) {
            return connection;
        }
        AbstractRedisClient client = client();
        return client instanceof RedisClusterClient cluster ? cluster.connect() : ((RedisClient) client).connect();
    }

    private AbstractRedisClient client() {
        return redis.getRequiredNativeClient();
    }

    private void release(StatefulConnection<String, String> connection, boolean sound) {
        if (sound && connection.isOpen() && !closed) {
            idle.addFirst(connection);
        } else {
            connection.closeAsync();
            closeIdle(); // they lead to the same place
        }
    }

    private void closeIdle() {
        for (var connection = idle.pollFirst(); connection != null; connection = idle.pollFirst()) {
            connection.closeAsync();
        }
    }

    @Override
    public void close() {
        closed = true;
        closeIdle();
    }
}
