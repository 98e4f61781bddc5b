package org.sipoauth.authz.redis;

import java.util.Optional;
import java.util.stream.Stream;
import org.sipoauth.authz.settings.DataDirectory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * The embedded Redis, unless the operator names another one. An auto-configuration, because only those are looked at
 * after all else that could bring a connection, and before Spring's own falls back to {@code localhost:6379}.
 *
 * <p>The connection depends on the embedded Redis, so Spring stops it after everything that uses it.
 */
@AutoConfiguration(before = DataRedisAutoConfiguration.class)
@ConditionalOnMissingBean(DataRedisConnectionDetails.class)
@Conditional(EmbeddedRedisAutoConfiguration.NoRedisIsNamed.class)
class EmbeddedRedisAutoConfiguration {

    @Bean
    EmbeddedRedis embeddedRedis(DataDirectory data) {
        return EmbeddedRedis.start(
                data.file("redis"), Optional.ofNullable(System.getenv("PATH")).orElse(""));
    }

    @Bean
    DataRedisConnectionDetails embeddedRedisConnection(EmbeddedRedis redis) {
        return new DataRedisConnectionDetails() {
            @Override
            public String getPassword() {
                return redis.password();
            }

            @Override
            public Standalone getStandalone() {
                return Standalone.of("127.0.0.1", redis.port());
            }
        };
    }

    static class NoRedisIsNamed extends SpringBootCondition {

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            Binder binder = Binder.get(context.getEnvironment());
            return Stream.of("host", "url", "sentinel.master", "cluster.nodes", "masterreplica.nodes")
                    .map(name -> "spring.data.redis." + name)
                    .filter(name -> binder.bind(name, Bindable.of(Object.class)).isBound())
                    .findFirst()
                    .map(name -> ConditionOutcome.noMatch(
                            ConditionMessage.forCondition("embedded Redis").because(name + " is set")))
                    .orElseGet(() -> ConditionOutcome.match(
                            ConditionMessage.forCondition("embedded Redis").because("no other Redis is named")));
        }
    }
}
