package org.sipoauth.authz.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class EmbeddedRedisAutoConfigurationTest {
    private final ApplicationContextRunner server = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(EmbeddedRedisAutoConfiguration.class));

    /** Whoever sets these means a Redis of theirs. */
    @ParameterizedTest
    @CsvSource({
        "spring.data.redis.port, 6380, spring.data.redis.host",
        "spring.data.redis.sentinel.nodes, '192.0.2.11:26379', spring.data.redis.sentinel.master",
    })
    void isNotUsedWhereARedisIsHalfNamed(String half, String value, String other) {
        server.withPropertyValues(half + "=" + value)
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .isInstanceOf(StartupRefused.class)
                        .hasMessageContaining(half + " is set, but not " + other));
    }

    @ParameterizedTest
    @CsvSource({
        "spring.data.redis.port=6380, spring.data.redis.host=192.0.2.11",
        "spring.data.redis.sentinel.nodes=192.0.2.11:26379, spring.data.redis.sentinel.master=sip-oauth",
    })
    void isNotUsedWhereARedisIsNamed(String half, String other) {
        server.withPropertyValues(half, other)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(EmbeddedRedis.class));
    }
}
