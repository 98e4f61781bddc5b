package org.sipoauth.authz.refresh;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.dpop.DpopProofs;
import org.sipoauth.authz.grant.GrantFeature;
import org.sipoauth.authz.manufacturer.PhoneCertificates;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.signing.CurrentKeyRing;
import org.sipoauth.authz.token.AccessTokens;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.security.oauth2.server.authorization.web.authentication.OAuth2RefreshTokenAuthenticationConverter;

/** Puts the refresh grant into Spring's token endpoint. */
@Configuration(proxyBeanMethods = false)
class RefreshConfiguration {
    /** Longer than an authorization code lives, and than clocks differ. */
    private static final Duration MARGIN = Duration.ofMinutes(10);

    @Bean
    FamilyStore familyStore(StringRedisTemplate redis, ConfirmedWrites confirmed, Settings settings) {
        return new FamilyStore(redis, confirmed, settings.longestAccessToken());
    }

    @Bean
    FamilyIndex familyIndex(StringRedisTemplate redis, ConfirmedWrites confirmed) {
        return new FamilyIndex(redis, confirmed);
    }

    @Bean
    Cutoffs cutoffs(StringRedisTemplate redis, ConfirmedWrites confirmed, Settings settings) {
        return new Cutoffs(redis, confirmed, settings.deviceGrant().expiresIn().plus(MARGIN));
    }

    @Bean
    Families families(
            FamilyStore store,
            FamilyIndex index,
            Cutoffs cutoffs,
            RevokedClients revokedClients,
            CurrentKeyRing ring,
            Clock clock,
            Audit audit,
            MeterRegistry meters) {
        return new Families(store, index, cutoffs, revokedClients, ring, clock, audit, meters);
    }

    @Bean
    LoginTokens loginTokens(FamilyStore store, CurrentKeyRing ring, RevokedClients revokedClients, Clock clock) {
        return new Recognition(store, ring, revokedClients, clock);
    }

    @Bean
    GrantFeature refreshGrant(
            FamilyStore store,
            Families families,
            CurrentKeyRing ring,
            AccessTokens accessTokens,
            DpopProofs proofs,
            RevokedClients revokedClients,
            PhoneCertificates certificates,
            Clock clock,
            Audit audit,
            MeterRegistry meters) {
        RefreshGrant grant = new RefreshGrant(
                store, families, ring, accessTokens, proofs, revokedClients, certificates, clock, audit, meters);
        OAuth2RefreshTokenAuthenticationConverter request = new OAuth2RefreshTokenAuthenticationConverter();
        return server -> server.tokenEndpoint(endpoint ->
                endpoint.accessTokenRequestConverter(request::convert).authenticationProvider(grant));
    }
}
