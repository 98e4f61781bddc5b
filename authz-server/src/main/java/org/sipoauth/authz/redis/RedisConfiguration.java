package org.sipoauth.authz.redis;

import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.sipoauth.authz.settings.Settings;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.context.annotation.PropertySource;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.session.web.http.SessionRepositoryFilter;

/** What holds for every Redis, the embedded one and the operator's own. */
@Configuration(proxyBeanMethods = false)
@PropertySource("classpath:org/sipoauth/authz/redis/redis.properties")
class RedisConfiguration {
    private static final int MOST_AT_ONCE = FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES;

    /** While the connection is down, fail at once: commands that wait for it would be sent long after their request. */
    @Bean
    LettuceClientOptionsBuilderCustomizer rejectCommandsWhileDisconnected() {
        return options -> options.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS);
    }

    /** A store that is back is to be used within a second; Lettuce would wait up to half a minute. */
    @Bean
    ClientResourcesBuilderCustomizer reconnectWithinASecond() {
        return resources -> resources.reconnectDelay(
                Delay.exponential(Duration.ofMillis(10), Duration.ofSeconds(1), 2, TimeUnit.MILLISECONDS));
    }

    @Bean
    DeafConnections deafConnections() {
        return new DeafConnections(System::nanoTime);
    }

    /** What many requests ask in the same instant goes out in one packet, and is answered in one. */
    @Bean
    ClientResourcesBuilderCustomizer watchConnections(DeafConnections connections) {
        return resources -> resources.nettyCustomizer(new NettyCustomizer() {
            @Override
            public void afterChannelInitialized(Channel channel) {
                connections.afterChannelInitialized(channel);
                channel.pipeline().addLast(new FlushConsolidationHandler(MOST_AT_ONCE, true)); // before TLS has it
            }
        });
    }

    /** Spring would put a proxy around the connection for each command, lest somebody close it: nobody here does. */
    @Bean
    StringRedisTemplate stringRedisTemplate(RedisConnectionFactory connections) {
        StringRedisTemplate redis = new StringRedisTemplate(connections);
        redis.setExposeConnection(true);
        return redis;
    }

    /** Times commands; where there are traces, Lettuce's own observations do, which cost several times as much. */
    @Bean
    @Profile("!tracing")
    ClientResourcesBuilderCustomizer timeCommands(MeterRegistry meters) {
        return resources -> resources.commandLatencyRecorder(new CommandTimes(meters));
    }

    @Bean
    RedisWritesHealth redisWritesHealthIndicator(StringRedisTemplate redis, LettuceConnectionFactory connections) {
        return new RedisWritesHealth(redis, connections.isClusterAware());
    }

    @Bean
    RedisCheck redisCheck(LettuceConnectionFactory redis, Settings settings) {
        return new RedisCheck(redis, settings.redis().insecureWithoutPassword(), confirming(redis, settings.redis()));
    }

    @Bean
    ConfirmedWrites confirmedWrites(LettuceConnectionFactory redis, Settings settings, MeterRegistry meters) {
        Settings.Redis store = settings.redis();
        return new ConfirmedWrites(
                redis, confirming(redis, store), store.confirmTimeout(), store.confirmConnections(), meters);
    }

    /** A single Redis has no replicas that could confirm; Sentinel and Cluster are there because of them. */
    private static int confirming(LettuceConnectionFactory redis, Settings.Redis settings) {
        Integer asked = settings.confirmReplicas();
        return asked != null ? asked : redis.isRedisSentinelAware() || redis.isClusterAware() ? 1 : 0;
    }

    /** Outside of what reads the store: sign-in sessions first, then Spring Security's filters with the token endpoint. */
    @Bean
    FilterRegistrationBean<StoreAwayFilter> storeAwayFilter(DeafConnections connections, MeterRegistry meters) {
        FilterRegistrationBean<StoreAwayFilter> filter =
                new FilterRegistrationBean<>(new StoreAwayFilter(connections, meters));
        filter.setOrder(SessionRepositoryFilter.DEFAULT_ORDER - 1);
        return filter;
    }
}
