package org.sipoauth.authz.activation;

import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.client.DeskPhoneGrants;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.device.UnusedCodes;
import org.sipoauth.authz.dpop.DpopProofs;
import org.sipoauth.authz.grant.ExtensionGrantRequest;
import org.sipoauth.authz.grant.GrantFeature;
import org.sipoauth.authz.grant.LoginFamilies;
import org.sipoauth.authz.manufacturer.Admission;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.signing.KeyedHashes;
import org.sipoauth.authz.throttle.SharedBuckets;
import org.sipoauth.authz.token.AccessTokens;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Puts the grant into Spring's token endpoint. */
@Configuration(proxyBeanMethods = false)
class ActivationConfiguration {
    private static final Duration SHORTEST_LIFE = Duration.ofMinutes(10);
    private static final Duration LONGEST_LIFE = Duration.ofDays(30);

    @Bean
    ActivationCodes activationCodes(
            StringRedisTemplate redis, ConfirmedWrites confirmed, KeyedHashes hashes, Settings settings) {
        Duration life = settings.activationCodes().expiresIn();
        if (life.compareTo(SHORTEST_LIFE) < 0 || life.compareTo(LONGEST_LIFE) > 0) {
            throw new StartupRefused(
                    "sipoauth.activation-codes.expires-in is " + life + ".",
                    "Set it to " + SHORTEST_LIFE.toMinutes() + "m or more, and " + LONGEST_LIFE.toDays()
                            + "d or less: the odds of guessing a code grow with its life.");
        }
        return new ActivationCodes(redis, confirmed, hashes, life);
    }

    @Bean
    UnusedCodes unusedCodes(ActivationCodes codes, Clock clock) {
        return device -> codes.remove(device, clock.instant());
    }

    @Bean
    GrantFeature activationGrant(
            ActivationCodes codes,
            Admission admission,
            DpopProofs proofs,
            Devices devices,
            AccessTokens accessTokens,
            LoginFamilies families,
            SharedBuckets buckets,
            Clock clock,
            Audit audit,
            MeterRegistry meters) {
        ActivationGrant grant = new ActivationGrant(
                codes,
                new ActivationThrottle(buckets, new SecureRandom()),
                admission,
                proofs,
                devices,
                accessTokens,
                families,
                clock,
                audit,
                meters);
        return server -> server.tokenEndpoint(endpoint -> endpoint.accessTokenRequestConverter(
                        ExtensionGrantRequest.reading(DeskPhoneGrants.ACTIVATION_CODE))
                .authenticationProvider(grant));
    }
}
