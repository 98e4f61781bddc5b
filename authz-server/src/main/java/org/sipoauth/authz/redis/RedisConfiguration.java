package org.sipoauth.authz.redis;

import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.PropertySource;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.session.web.http.SessionRepositoryFilter;

/** What holds for every Redis, the embedded one and the operator's own. */
@Configuration(proxyBeanMethods = false)
@PropertySource("classpath:org/sipoauth/authz/redis/redis.properties")
class RedisConfiguration {

    /** While the connection is down, fail at once: commands that wait for it would be sent long after their request. */
    @Bean
    LettuceClientOptionsBuilderCustomizer rejectCommandsWhileDisconnected() {
        return options -> options.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS);
    }

    @Bean
    RedisCheck redisCheck(RedisConnectionFactory redis) {
        return new RedisCheck(redis);
    }

    /** Outside of what reads the store: sign-in sessions first, then Spring Security's filters with the token endpoint. */
    @Bean
    FilterRegistrationBean<StoreAwayFilter> storeAwayFilter() {
        FilterRegistrationBean<StoreAwayFilter> filter = new FilterRegistrationBean<>(new StoreAwayFilter());
        filter.setOrder(SessionRepositoryFilter.DEFAULT_ORDER - 1);
        return filter;
    }
}
