package org.sipoauth.authz.redis;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.sipoauth.authz.settings.DataDirectory;
import org.sipoauth.authz.settings.StartupRefused;
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
import org.springframework.core.env.Environment;
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
    private static final String PREFIX = "spring.data.redis.";
    /** What means nothing without another: whoever sets it alone means a Redis of theirs, and would get this one. */
    private static final Map<String, String> HALVES = Map.of("port", "host", "sentinel.nodes", "sentinel.master");

    EmbeddedRedisAutoConfiguration(Environment environment) {
        Binder binder = Binder.get(environment);
        HALVES.forEach((half, other) -> {
            if (isSet(binder, half)) {
                throw new StartupRefused(
                        PREFIX + half + " is set, but not " + PREFIX + other
                                + ": it would be ignored, and the embedded Redis used.",
                        "Set " + PREFIX + other + " as well to use a Redis of yours; or leave " + PREFIX + half
                                + " unset for the embedded one.");
            }
        });
    }

    private static boolean isSet(Binder binder, String name) {
        return binder.bind(PREFIX + name, Bindable.of(Object.class)).isBound();
    }

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
                    .filter(name -> isSet(binder, name))
                    .findFirst()
                    .map(name -> ConditionOutcome.noMatch(
                            ConditionMessage.forCondition("embedded Redis").because(PREFIX + name + " is set")))
                    .orElseGet(() -> ConditionOutcome.match(
                            ConditionMessage.forCondition("embedded Redis").because("no other Redis is named")));
        }
    }
}
