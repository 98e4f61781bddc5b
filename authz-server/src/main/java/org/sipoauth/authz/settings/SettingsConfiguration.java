package org.sipoauth.authz.settings;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.validation.Validator;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(Settings.class)
class SettingsConfiguration {

    /** By this name Spring Boot asks it before the settings are anybody's. */
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static Validator configurationPropertiesValidator() {
        return new SettingsRules();
    }

    @Bean
    RunningMark runningMark(Settings settings) {
        requireHttps(settings);
        requireLives(settings.tokens());
        return new RunningMark(new DataDirectory(settings.dataDir()));
    }

    /** Nobody's before it is known that no other server has it, and until nobody needs it any more. */
    @Bean
    DataDirectory dataDirectory(RunningMark runningMark) {
        return runningMark.folder();
    }

    /** RFC 8414 §2. */
    private static void requireHttps(Settings settings) {
        URI issuer = settings.issuer();
        if (issuer.getHost() == null
                || !"https".equals(issuer.getScheme())
                        && !(settings.insecurePlainHttp() && Loopback.isLoopback(issuer.getHost()))
                || issuer.getQuery() != null
                || issuer.getFragment() != null) {
            throw new StartupRefused(
                    "The issuer " + issuer + " is no https URL without query and fragment.",
                    "Set the address by which phones reach this server with --sipoauth.issuer=https://<host>:<port>; behind a"
                            + " TLS proxy, that of the proxy.");
        }
    }

    private static void requireLives(Settings.Tokens tokens) {
        requireLife("softphone-refresh", tokens.softphoneRefresh(), tokens.access());
        requireLife("desk-phone-refresh", tokens.deskPhoneRefresh(), tokens.access());
    }

    private static void requireLife(String setting, Duration refresh, Duration access) {
        if (access.isNegative() || access.isZero() || refresh.compareTo(access) < 0) {
            throw new StartupRefused(
                    "sipoauth.tokens.access is " + access + ", and sipoauth.tokens." + setting + " is " + refresh + ".",
                    "An access token has to live for some time, 60m say, and no longer than the login, 60d say.");
        }
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
