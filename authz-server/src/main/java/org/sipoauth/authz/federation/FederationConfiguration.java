package org.sipoauth.authz.federation;

import java.time.Clock;
import java.util.Objects;
import org.sipoauth.authz.settings.GivenSecret;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** {@code issuer} is required with every other of these settings. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("sipoauth.openid-connect.issuer")
class FederationConfiguration {

    @Bean
    FederatedSignIn federatedSignIn(Settings settings, Environment environment, Accounts accounts, Clock clock) {
        Settings.OpenidConnect provider = Objects.requireNonNull(settings.openidConnect());
        String secret = GivenSecret.read(
                        provider.clientSecretFile(),
                        "sipoauth.openid-connect.client-secret-file",
                        environment,
                        "SIPOAUTH_OPENID_CONNECT_CLIENT_SECRET")
                .orElse(null);
        return new FederatedSignIn(provider, new Provider(provider, secret, settings.issuer(), clock), accounts);
    }
}
