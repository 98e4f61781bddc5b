package org.sipoauth.authz.settings;

import java.net.URI;
import java.time.Clock;
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
    DataDirectory dataDirectory(Settings settings) {
        requireHttps(settings);
        return new DataDirectory(settings.dataDir());
    }

    /** RFC 8414 §2. */
    private static void requireHttps(Settings settings) {
        URI issuer = settings.issuer();
        if (!"https".equals(issuer.getScheme()) && !settings.insecurePlainHttp()
                || issuer.getHost() == null
                || issuer.getQuery() != null
                || issuer.getFragment() != null) {
            throw new StartupRefused(
                    "The issuer " + issuer + " is no https URL without query and fragment.",
                    "Set the address by which phones reach this server with --sipoauth.issuer=https://<host>:<port>.");
        }
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
