package org.sipoauth.authz.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import jakarta.servlet.ServletException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.RedisSystemException;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class StoreAwayFilterTest {
    private long nanoTime;
    private final EmbeddedChannel connection = new EmbeddedChannel();
    private final DeafConnections connections = new DeafConnections(() -> nanoTime);
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final StoreAwayFilter filter = new StoreAwayFilter(connections, meters);
    private final MockHttpServletRequest request = new MockHttpServletRequest("POST", "/oauth2/token");
    private final MockHttpServletResponse response = new MockHttpServletResponse();

    @BeforeEach
    void ask() {
        connections.afterChannelInitialized(connection);
        connection.writeOutbound("GET");
        nanoTime += 2_000_000_000;
    }

    @ParameterizedTest
    @MethodSource
    void asksToComeAgain(Exception storeAway) throws Exception {
        filter.doFilter(request, response, (ignoredRequest, ignoredResponse) -> {
            throw new ServletException(storeAway);
        });

        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getHeader("Retry-After")).isEqualTo("5");
        assertThat(response.getHeader("Cache-Control")).isEqualTo("no-store");
        assertThat(response.getContentAsString())
                .isEqualTo("{\"error\":\"temporarily_unavailable\",\"error_description\":\"try again later\"}");
        assertThat(meters.get("sipoauth.store.away").counter().count()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "Accept, 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true",
        "HX-Request, true, true",
        "Accept, 'text/html, image/gif, image/jpeg, */*; q=0.2', false", // what the JDK's URLConnection sends
        "Accept, application/json, false",
        "Accept, */*, false",
    })
    void answersPeopleWithAPage(String header, String value, boolean page) throws Exception {
        request.addHeader(header, value);

        filter.doFilter(request, response, (ignoredRequest, ignoredResponse) -> {
            throw new RedisConnectionFailureException("refused");
        });

        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getHeader("Retry-After")).isEqualTo("5");
        assertThat(response.getContentType()).startsWith(page ? "text/html" : "application/json");
        assertThat(response.getContentAsString().contains("<main>")).isEqualTo(page);
        assertThat(response.containsHeader("Content-Security-Policy")).isEqualTo(page);
    }

    static Stream<Exception> asksToComeAgain() {
        return Stream.of(
                new RedisConnectionFailureException("refused"),
                new WriteNotConfirmed("0 of 1", 1L, null),
                new QueryTimeoutException("2 seconds"),
                new RedisSystemException("rejected", new RedisException("currently not connected")),
                new RedisSystemException("loading", new RedisCommandExecutionException("LOADING the dataset")),
                new RedisSystemException("replica", new RedisCommandExecutionException("READONLY replica")),
                new RedisSystemException("full", new RedisCommandExecutionException("OOM command not allowed")),
                new RedisSystemException(
                        "full, in a script of Redis 6.2",
                        new RedisCommandExecutionException(
                                "ERR Error running script (call to f_a32970f28f7e83f8e63d301845c0b2a16df7238c):"
                                        + " @user_script:1: @user_script: 1: -OOM command not allowed when used memory >"
                                        + " 'maxmemory'.")));
    }

    /** A node that hangs leaves the connection to it up. */
    @Test
    void closesAConnectionThatGivesNoAnswer() throws Exception {
        filter.doFilter(request, response, (ignoredRequest, ignoredResponse) -> {
            throw new QueryTimeoutException("2 seconds");
        });

        assertThat(connection.isOpen()).isFalse();
    }

    /** All connections for confirmed writes are in use, or one of them gives no answer: they are no part of this. */
    @Test
    void keepsAConnectionWhenItIsAWriteThatGotNoAnswer() throws Exception {
        filter.doFilter(request, response, (ignoredRequest, ignoredResponse) -> {
            throw new DataAccessResourceFailureException("in use");
        });

        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void keepsAConnectionOverWhichTheStoreSaysThatItIsAway() throws Exception {
        filter.doFilter(request, response, (ignoredRequest, ignoredResponse) -> {
            throw new RedisSystemException("loading", new RedisCommandExecutionException("LOADING the dataset"));
        });

        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void passesOnWhatIsOurMistake() {
        var mistake = new RedisSystemException("bad", new RedisCommandExecutionException("ERR unknown command"));

        assertThatThrownBy(() -> filter.doFilter(request, response, (ignoredRequest, ignoredResponse) -> {
                    throw mistake;
                }))
                .isSameAs(mistake);
    }

    @Test
    void passesOnWhatHasNothingToDoWithTheStore() {
        var mistake = new IllegalStateException("another");

        assertThatThrownBy(() -> filter.doFilter(request, response, (ignoredRequest, ignoredResponse) -> {
                    throw mistake;
                }))
                .isSameAs(mistake);
    }

    @Test
    void leavesAGoodAnswerAlone() throws Exception {
        filter.doFilter(
                request, response, (ignoredRequest, answer) -> ((MockHttpServletResponse) answer).setStatus(200));

        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(response.containsHeader("Retry-After")).isFalse();
    }
}
