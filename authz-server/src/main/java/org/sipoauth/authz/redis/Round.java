package org.sipoauth.authz.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisHashAsyncCommands;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceExceptionConverter;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Questions to the store of which none waits for the answer to another, so that all of them take little longer than one: a
 * thread asks them all, and then looks at the answers. Not for several threads, and not for writes.
 */
public final class Round {
    private final RedisHashAsyncCommands<byte[], byte[]> commands;
    private final List<RedisFuture<?>> asked = new ArrayList<>();

    public Round(StringRedisTemplate redis) {
        this(Objects.requireNonNull(
                redis.execute((RedisCallback<RedisHashAsyncCommands<byte[], byte[]>>) Round::commands)));
    }

    /** @param commands that time out by themselves */
    Round(RedisHashAsyncCommands<byte[], byte[]> commands) {
        this.commands = commands;
    }

    /** The shared connection's, of a single Redis or a Cluster; they time out by themselves. */
    @SuppressWarnings("unchecked")
    private static RedisHashAsyncCommands<byte[], byte[]> commands(RedisConnection connection) {
        return (RedisHashAsyncCommands<byte[], byte[]>) connection.getNativeConnection();
    }

    /**
     * Asks for the fields of a hash.
     *
     * @return waits for the answer, which is empty if there is no such hash; throws {@link DataAccessException} if the
     *     store is away
     */
    public Supplier<Map<String, String>> hash(String key) {
        RedisFuture<Map<byte[], byte[]>> answer = commands.hgetall(key.getBytes(StandardCharsets.UTF_8));
        asked.add(answer);
        return () -> texts(await(answer));
    }

    private <T> T await(RedisFuture<T> answer) {
        awaitLast();
        try {
            return answer.toCompletableFuture().join();
        } catch (CancellationException e) {
            throw new DataAccessResourceFailureException("a question to Redis was given up", e);
        } catch (CompletionException e) {
            throw translated(e);
        }
    }

    private static RuntimeException translated(CompletionException e) {
        if (e.getCause()
                instanceof IOException broken) { // a connection that was reset, which the converter leaves as it is
            return new DataAccessResourceFailureException("the connection to Redis broke: " + broken.getMessage(), e);
        }
        DataAccessException translated =
                e.getCause() instanceof Exception cause ? new LettuceExceptionConverter().convert(cause) : null;
        return translated == null ? e : translated;
    }

    /** The last answer comes last, from a single Redis: who waits for it is woken once. */
    private void awaitLast() {
        try {
            asked.get(asked.size() - 1).toCompletableFuture().join();
        } catch (CancellationException | CompletionException ofItsOwn) {
            // for whoever looks at that answer; the one that is looked at may be good
        }
    }

    private static Map<String, String> texts(Map<byte[], byte[]> fields) {
        Map<String, String> texts = new HashMap<>();
        fields.forEach((name, value) ->
                texts.put(new String(name, StandardCharsets.UTF_8), new String(value, StandardCharsets.UTF_8)));
        return texts;
    }
}
