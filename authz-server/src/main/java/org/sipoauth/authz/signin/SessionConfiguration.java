package org.sipoauth.authz.signin;

import java.time.Clock;
import java.time.Duration;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.session.config.annotation.web.http.EnableSpringHttpSession;
import org.springframework.session.web.http.CookieSerializer;
import org.springframework.session.web.http.SessionRepositoryFilter;

/** Puts sign-in sessions into the store in place of the servlet container's memory. */
@Configuration(proxyBeanMethods = false)
@EnableSpringHttpSession
class SessionConfiguration {

    @Bean
    StoredSessions sessionRepository(
            RedisConnectionFactory connections, ServerProperties server, Accounts accounts, Clock clock) {
        RedisTemplate<String, byte[]> redis = new RedisTemplate<>();
        redis.setConnectionFactory(connections);
        redis.setKeySerializer(RedisSerializer.string());
        redis.setValueSerializer(RedisSerializer.byteArray());
        redis.afterPropertiesSet();
        Duration timeout = server.getServlet().getSession().getTimeout();
        return new StoredSessions(redis, timeout, signedIn -> SignedIn.stillHolds(signedIn, accounts), clock);
    }

    @Bean
    CookieSerializer sessionCookie(Settings settings) {
        return new SessionCookie(settings.rememberedSignIn());
    }

    /** Before Spring Session's own filter. */
    @Bean
    FilterRegistrationBean<SessionlessRequests> sessionlessRequests() {
        FilterRegistrationBean<SessionlessRequests> filter = new FilterRegistrationBean<>(new SessionlessRequests());
        filter.setOrder(SessionRepositoryFilter.DEFAULT_ORDER - 1);
        return filter;
    }
}
