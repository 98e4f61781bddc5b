package org.sipoauth.authz.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisHashAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.MapOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import java.lang.reflect.Proxy;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisSystemException;

class RoundTest {
    private final Answer first = new Answer();
    private final Answer last = new Answer();
    private final Round round = new Round(commands(first, last));
    private final Supplier<Map<String, String>> askedFirst = round.hash("family");
    private final Supplier<Map<String, String>> askedLast = round.hash("device");

    @Test
    void tellsEachItsOwnAnswer() {
        first.complete(fields("g", "7"));
        last.complete(Map.of());

        assertThat(askedFirst.get()).isEqualTo(Map.of("g", "7"));
        assertThat(askedLast.get()).isEmpty();
    }

    @Test
    void tellsAGoodAnswerThoughTheLastQuestionFailed() {
        first.complete(fields("g", "7"));
        last.completeExceptionally(new RedisCommandExecutionException("WRONGTYPE"));

        assertThat(askedFirst.get()).isEqualTo(Map.of("g", "7"));
        assertThatThrownBy(askedLast::get).isInstanceOf(RedisSystemException.class);
    }

    @Test
    void tellsAGoodAnswerThoughTheFirstQuestionFailed() {
        first.completeExceptionally(new RedisCommandExecutionException("LOADING"));
        last.complete(fields("n", "CSFALICE"));

        assertThatThrownBy(askedFirst::get).isInstanceOf(RedisSystemException.class);
        assertThat(askedLast.get()).isEqualTo(Map.of("n", "CSFALICE"));
    }

    @Test
    void saysThatTheStoreIsAwayWhenAnAnswerDoesNotCome() {
        first.complete(fields("g", "7"));
        last.completeExceptionally(new RedisCommandTimeoutException("2 seconds")); // as Lettuce does with each command

        assertThat(askedFirst.get()).isEqualTo(Map.of("g", "7"));
        assertThatThrownBy(askedLast::get).isInstanceOf(QueryTimeoutException.class);
    }

    @Test
    void saysThatTheStoreIsAwayWhenAQuestionIsGivenUp() {
        first.complete(fields("g", "7"));
        last.cancel(true);

        assertThat(askedFirst.get()).isEqualTo(Map.of("g", "7"));
        assertThatThrownBy(askedLast::get).isInstanceOf(DataAccessResourceFailureException.class);
    }

    /** What the network says of a connection comes as it is. */
    @Test
    void saysThatTheStoreIsAwayWhenTheConnectionIsReset() {
        first.complete(fields("g", "7"));
        last.completeExceptionally(new SocketException("Connection reset"));

        assertThat(askedFirst.get()).isEqualTo(Map.of("g", "7"));
        assertThatThrownBy(askedLast::get)
                .isInstanceOf(DataAccessResourceFailureException.class)
                .hasMessageContaining("Connection reset");
    }

    private static Map<byte[], byte[]> fields(String name, String value) {
        return Map.of(name.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
    }

    /** What Lettuce hands out for a question. */
    private static final class Answer extends AsyncCommand<byte[], byte[], Map<byte[], byte[]>> {
        Answer() {
            super(new Command<>(CommandType.HGETALL, new MapOutput<>(ByteArrayCodec.INSTANCE)));
        }
    }

    /** Answers to HGETALL, in the order of the questions. */
    @SuppressWarnings("unchecked")
    private static RedisHashAsyncCommands<byte[], byte[]> commands(Answer... answers) {
        Queue<RedisFuture<?>> next = new ArrayDeque<>(List.of(answers));
        return (RedisHashAsyncCommands<byte[], byte[]>) Proxy.newProxyInstance(
                RoundTest.class.getClassLoader(),
                new Class<?>[] {RedisHashAsyncCommands.class},
                (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("hgetall");
                    return next.remove();
                });
    }
}
