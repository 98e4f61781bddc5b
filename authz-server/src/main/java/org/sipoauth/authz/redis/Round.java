package org.sipoauth.authz.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisHashAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.springframework.dao.DataAccessException;
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
        this.commands = Objects.requireNonNull(
                redis.execute((RedisCallback<RedisHashAsyncCommands<byte[], byte[]>>) Round::commands));
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
        try {
            // The last answer comes last, from a single Redis: who waits for it is woken once.
            asked.get(asked.size() - 1).toCompletableFuture().join();
            return answer.toCompletableFuture().join();
        } catch (CompletionException e) {
            DataAccessException translated =
                    e.getCause() instanceof Exception cause ? new LettuceExceptionConverter().convert(cause) : null;
            throw translated == null ? e : translated;
        }
    }

    private static Map<String, String> texts(Map<byte[], byte[]> fields) {
        Map<String, String> texts = new HashMap<>();
        fields.forEach((name, value) ->
                texts.put(new String(name, StandardCharsets.UTF_8), new String(value, StandardCharsets.UTF_8)));
        return texts;
    }
}
