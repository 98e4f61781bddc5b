package org.sipoauth.authz.redis;

import com.redis.testcontainers.RedisContainer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.sipoauth.authz.settings.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.util.FileSystemUtils;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;

/**
 * The Redis of the integration tests: a container where a container engine answers, else the embedded one. The image is
 * {@code redis:8} unless {@code SIPOAUTH_TEST_REDIS_IMAGE} names another.
 *
 * <p>Tests of the whole application import this class; others {@link #open} a Redis of their own.
 */
@TestConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration(ServiceConnectionAutoConfiguration.class)
public class RedisForTests {
    private static final Logger LOG = LoggerFactory.getLogger(RedisForTests.class);

    @Bean
    @ServiceConnection
    @Conditional(EngineAnswers.class)
    RedisContainer redis() {
        return container();
    }

    /** A Redis with nothing in it. */
    public static Running open() {
        return EngineAnswers.answers() ? new InContainer() : new Embedded();
    }

    private static RedisContainer container() {
        String image =
                Optional.ofNullable(System.getenv("SIPOAUTH_TEST_REDIS_IMAGE")).orElse("redis:8");
        return new RedisContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("redis"));
    }

    static class EngineAnswers implements Condition {
        private static final boolean ANSWERS = ask();

        private static boolean ask() {
            boolean answers = DockerClientFactory.instance().isDockerAvailable();
            if (!answers && Boolean.parseBoolean(System.getenv("SIPOAUTH_REQUIRE_PEERS"))) {
                throw new IllegalStateException("no container engine answers, and SIPOAUTH_REQUIRE_PEERS is set");
            }
            LOG.info(
                    "integration tests use {}",
                    answers ? "Redis in a container" : "the embedded Redis, since no container engine answers");
            return answers;
        }

        static boolean answers() {
            return ANSWERS;
        }

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return ANSWERS;
        }
    }

    /** A Redis and a connection to it; both end with {@link #close}. */
    public abstract static class Running implements AutoCloseable {
        private final LettuceConnectionFactory connections;
        private final ConfirmedWrites confirmed;
        private final ConfirmedWrites unconfirmed;

        private Running(RedisStandaloneConfiguration configuration) {
            connections = new LettuceConnectionFactory(configuration);
            connections.afterPropertiesSet();
            connections.start();
            confirmed = new ConfirmedWrites(connections, 0, Duration.ofSeconds(1), 8, new SimpleMeterRegistry());
            unconfirmed = withoutItsReplicas(connections);
        }

        private Running(LettuceConnectionFactory connections, ConfirmedWrites confirmed) {
            this.connections = connections;
            this.confirmed = confirmed;
            this.unconfirmed = withoutItsReplicas(connections);
        }

        private static ConfirmedWrites withoutItsReplicas(LettuceConnectionFactory connections) {
            return new ConfirmedWrites(connections, 1, Duration.ofMillis(50), 8, new SimpleMeterRegistry());
        }

        /** Another server's connection to this Redis, which can be cut off alone. */
        public Running again() {
            return new Running(Objects.requireNonNull(connections.getStandaloneConfiguration())) {};
        }

        public StringRedisTemplate template() {
            return new StringRedisTemplate(connections);
        }

        public ConfirmedWrites confirmedWrites() {
            return confirmed;
        }

        /** As it was when it was opened. */
        public void empty() {
            template().execute((RedisCallback<Void>) connection -> {
                connection.serverCommands().flushAll();
                return null;
            });
        }

        /** To this Redis as if it had lost its replica: every write is made, and confirmed by nobody. */
        public ConfirmedWrites unconfirmedWrites() {
            return unconfirmed;
        }

        @Override
        public void close() {
            confirmed.close();
            unconfirmed.close();
            connections.destroy();
        }
    }

    /**
     * Connected as the application is, with the options that an operator gives. What {@link RedisNodes} has started stays
     * up when this is closed.
     */
    public static Connected connect(List<String> options) {
        List<String> arguments = new ArrayList<>(options);
        arguments.addAll(List.of(
                "--sipoauth.audience=sip:example.com",
                "--sipoauth.insecure-plain-http=true",
                "--logging.level.org.sipoauth.audit=OFF")); // thousands of logins have hundreds of thousands of lines
        return new Connected(new SpringApplicationBuilder(Connection.class)
                .web(WebApplicationType.NONE)
                .run(arguments.toArray(String[]::new)));
    }

    @Configuration(proxyBeanMethods = false)
    @Import(RedisConfiguration.class)
    @ImportAutoConfiguration(DataRedisAutoConfiguration.class)
    @EnableConfigurationProperties(Settings.class)
    static class Connection {
        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    /** As the application is. */
    public static final class Connected extends Running {
        private final ConfigurableApplicationContext context;

        private Connected(ConfigurableApplicationContext context) {
            super(context.getBean(LettuceConnectionFactory.class), context.getBean(ConfirmedWrites.class));
            this.context = context;
        }

        /** As after a request that waited in vain. */
        void gotNoAnswer() {
            context.getBean(DeafConnections.class).gotNoAnswer();
        }

        @Override
        public void close() {
            context.close();
        }
    }

    private static final class InContainer extends Running {
        private final RedisContainer container;

        InContainer() {
            this(started());
        }

        private InContainer(RedisContainer container) {
            super(new RedisStandaloneConfiguration(container.getRedisHost(), container.getRedisPort()));
            this.container = container;
        }

        private static RedisContainer started() {
            RedisContainer container = container();
            container.start();
            return container;
        }

        @Override
        public void close() {
            super.close();
            container.stop();
        }
    }

    private static final class Embedded extends Running {
        private final Path folder;
        private final EmbeddedRedis redis;

        Embedded() {
            this(newFolder());
        }

        private Embedded(Path folder) {
            this(folder, EmbeddedRedis.start(folder, System.getenv("PATH")));
        }

        private Embedded(Path folder, EmbeddedRedis redis) {
            super(configuration(redis));
            this.folder = folder;
            this.redis = redis;
        }

        private static RedisStandaloneConfiguration configuration(EmbeddedRedis redis) {
            RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration("127.0.0.1", redis.port());
            configuration.setPassword(RedisPassword.of(redis.password()));
            return configuration;
        }

        private static Path newFolder() {
            try {
                return Files.createTempDirectory("redis-for-tests");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            super.close();
            redis.close();
            try {
                FileSystemUtils.deleteRecursively(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
