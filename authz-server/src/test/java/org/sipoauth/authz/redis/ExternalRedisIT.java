package org.sipoauth.authz.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.LoopbackPorts;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A Redis that the operator names with Spring's own properties. */
class ExternalRedisIT {
    @TempDir
    Path folder;

    private EmbeddedRedis operators;

    @BeforeEach
    void start() {
        operators = EmbeddedRedis.start(folder.resolve("operators"), System.getenv("PATH"));
    }

    @AfterEach
    void stop() {
        operators.close();
    }

    @Test
    void isUsedWhenNamedByHost() {
        try (TestServer server = TestServer.startWithEmbeddedRedis(
                folder,
                "--spring.data.redis.host=127.0.0.1",
                "--spring.data.redis.port=" + operators.port(),
                "--spring.data.redis.password=" + operators.password())) {
            assertThat(new TestPhone(server).logIn("alice", "CSFALICE").status())
                    .isEqualTo(200);
            assertThat(server.folder().resolve("data/redis")).doesNotExist();
        }
    }

    @Test
    void isUsedWhenNamedByUrl() {
        try (TestServer server = TestServer.startWithEmbeddedRedis(folder, url(operators.port()))) {
            assertThat(new TestPhone(server).logIn("alice", "CSFALICE").status())
                    .isEqualTo(200);
            assertThat(server.folder().resolve("data/redis")).doesNotExist();
        }
    }

    @Test
    void isRefusedIfItEvicts() {
        RedisURI uri = RedisURI.create("redis://:" + operators.password() + "@127.0.0.1:" + operators.port());
        try (RedisClient client = RedisClient.create(uri)) {
            client.connect().sync().configSet("maxmemory-policy", "volatile-lru");
        }

        assertThatThrownBy(() -> TestServer.startWithEmbeddedRedis(folder, url(operators.port())))
                .hasStackTraceContaining(StartupRefused.class.getName())
                .hasStackTraceContaining("evicts keys when its memory is full (maxmemory_policy is volatile-lru)");
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void isWarnedOfIfItMayLoseItsLastSecond(CapturedOutput output) {
        RedisURI uri = RedisURI.create("redis://:" + operators.password() + "@127.0.0.1:" + operators.port());
        try (RedisClient client = RedisClient.create(uri)) {
            client.connect().sync().configSet("appendfsync", "everysec");
        }

        TestServer.startWithEmbeddedRedis(folder, url(operators.port())).close();

        assertThat(output).contains("aof_enabled with appendfsync everysec");
    }

    @Test
    void isMissedIfItDoesNotAnswer() {
        assertThatThrownBy(() -> TestServer.startWithEmbeddedRedis(folder, url(LoopbackPorts.free())))
                .hasStackTraceContaining("Redis does not answer");
    }

    private String url(int port) {
        return "--spring.data.redis.url=redis://:" + operators.password() + "@127.0.0.1:" + port;
    }
}
