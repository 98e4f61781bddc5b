package org.sipoauth.authz.token;

import java.time.Clock;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.redis.Records;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.server.authorization.token.JwtGenerator;

@Configuration(proxyBeanMethods = false)
class TokenConfiguration {

    /** What Spring's own grants ask for tokens, too. */
    @Bean
    JwtGenerator jwtGenerator(JwtEncoder encoder, Settings settings, Clock clock) {
        JwtGenerator generator = new JwtGenerator(encoder);
        generator.setJwtCustomizer(new AccessTokenProfile(settings.issuer().toString(), settings.audience()));
        generator.setClock(clock);
        return generator;
    }

    @Bean
    AccessTokens accessTokens(JwtGenerator generator, Accounts accounts, Devices devices, Records records) {
        return new CurrentAccessTokens(generator, accounts, devices, records);
    }
}
