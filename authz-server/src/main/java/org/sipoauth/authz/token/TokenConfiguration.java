package org.sipoauth.authz.token;

import java.time.Clock;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.redis.Records;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.signing.SigningKeys;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.server.authorization.token.JwtGenerator;

@Configuration(proxyBeanMethods = false)
class TokenConfiguration {

    @Bean
    AccessTokenProfile accessTokenProfile(Settings settings) {
        return new AccessTokenProfile(settings.issuer().toString(), settings.audience());
    }

    /** What Spring's own grants ask for tokens, and who needs an ID token. */
    @Bean
    JwtGenerator jwtGenerator(JwtEncoder encoder, AccessTokenProfile profile, Clock clock) {
        JwtGenerator generator = new JwtGenerator(encoder);
        generator.setJwtCustomizer(new TokensBySpring(profile));
        generator.setClock(clock);
        return generator;
    }

    @Bean
    AccessTokens accessTokens(
            AccessTokenProfile profile,
            SigningKeys keys,
            Clock clock,
            Accounts accounts,
            Devices devices,
            Records records) {
        return new CurrentAccessTokens(profile, keys, clock, accounts, devices, records);
    }
}
