package org.sipoauth.authz.dpop;

import java.time.Clock;
import org.sipoauth.authz.settings.Settings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

@Configuration(proxyBeanMethods = false)
class DpopConfiguration {

    @Bean
    DpopProofs dpopProofs(Settings settings, StringRedisTemplate redis, Clock clock) {
        return new DpopProofs(settings.issuer(), redis, clock);
    }
}
