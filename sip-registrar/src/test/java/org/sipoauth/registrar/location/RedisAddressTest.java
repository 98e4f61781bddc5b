package org.sipoauth.registrar.location;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisURI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisAddressTest {
    private static RedisAddress address(String uri) {
        return RedisAddress.of(uri, Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "redis://store.example.com, store.example.com, 6379, 0, false",
        "redis://store.example.com:7000/3, store.example.com, 7000, 3, false",
        "rediss://[2001:db8::1]:7000, 2001:db8::1, 7000, 0, true",
    })
    void namesOneServer(String uri, String host, int port, int database, boolean tls) {
        assertThat(address(uri).isCluster()).isFalse();
        assertThat(address(uri).nodes()).singleElement().satisfies(node -> {
            assertThat(node.getHost().replaceAll("[\\[\\]]", "")).isEqualTo(host);
            assertThat(node.getPort()).isEqualTo(port);
            assertThat(node.getDatabase()).isEqualTo(database);
            assertThat(node.isSsl()).isEqualTo(tls);
            assertThat(node.isVerifyPeer()).isTrue();
        });
    }

    @Test
    void namesOneBehindSentinels() {
        RedisAddress address = RedisAddress.of("rediss-sentinel://a,b:7001/2#phones", Optional.of("secret"));

        assertThat(address.isCluster()).isFalse();
        assertThat(address.nodes()).singleElement().satisfies(node -> {
            assertThat(node.getSentinelMasterId()).isEqualTo("phones");
            assertThat(node.getDatabase()).isEqualTo(2);
            assertThat(node.isSsl()).isTrue();
            assertThat(password(node)).isEqualTo("secret");
            assertThat(node.getSentinels()).extracting(RedisURI::getPort).containsExactly(26379, 7001);
            assertThat(node.getSentinels()).allMatch(RedisURI::isSsl);
            assertThat(node.getSentinels())
                    .noneMatch(sentinel -> sentinel.getCredentialsProvider()
                            .resolveCredentials()
                            .block()
                            .hasPassword());
        });
    }

    @Test
    void namesNodesOfACluster() {
        RedisAddress address = RedisAddress.of("redis-cluster://phones@a:7000,b:7001", Optional.of("secret"));

        assertThat(address.isCluster()).isTrue();
        assertThat(address.nodes()).extracting(RedisURI::getPort).containsExactly(7000, 7001);
        assertThat(address.nodes()).allMatch(node -> password(node).equals("secret"));
        assertThat(address.nodes())
                .allMatch(node -> node.getCredentialsProvider()
                        .resolveCredentials()
                        .block()
                        .getUsername()
                        .equals("phones"));
    }

    private static String password(RedisURI node) {
        return new String(
                node.getCredentialsProvider().resolveCredentials().block().getPassword());
    }

    @Test
    void printsItselfWithoutThePassword() {
        RedisAddress address = RedisAddress.of("redis://phones@store:6379", Optional.of("s3cret"));

        assertThat(address).hasToString("redis://phones@store:6379");
        assertThat(address.nodes().toString()).doesNotContain("s3cret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "store:6379 | write redis://HOST:PORT",
                "http://store | write redis://HOST:PORT",
                "redis://store?timeout=1s | write redis://HOST:PORT",
                "redis:// | write redis://HOST:PORT",
                "redis://a,b | several hosts",
                "redis://store:99999 | not a host and port",
                "redis-cluster://a,,b | not a host and port",
                "redis-cluster://a/1 | no databases",
                "redis-sentinel://a | #MASTER",
                "redis://a#phones | #MASTER",
                "redis://phones@a | user phones has no password",
            })
    void saysHowItIsWritten(String uri, String message) {
        assertThatThrownBy(() -> address(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesAPasswordInTheAddressWithoutShowingIt() {
        for (String uri :
                new String[] {"redis://:s3cret@store", "redis://phones:s3cret@store", "redi://:s3cret@store"}) {
            assertThatThrownBy(() -> address(uri))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("s3cret");
        }
    }
}
