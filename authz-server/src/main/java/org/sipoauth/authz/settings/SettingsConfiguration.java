package org.sipoauth.authz.settings;

import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(Settings.class)
class SettingsConfiguration {

    @Bean
    DataDirectory dataDirectory(Settings settings) {
        return new DataDirectory(settings.dataDir());
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
