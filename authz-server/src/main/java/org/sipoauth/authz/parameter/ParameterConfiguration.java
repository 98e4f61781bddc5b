package org.sipoauth.authz.parameter;

import java.time.Duration;
import org.sipoauth.authz.redis.Records;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ParameterConfiguration {
    private static final Duration LONGEST_LOOK = Duration.ofMinutes(1);

    @Bean
    ParameterKeeper parameterKeeper(Records records, Settings settings) {
        Duration every = settings.parameters().lookEvery();
        if (every.toMillis() < 1 || every.compareTo(LONGEST_LOOK) > 0) {
            throw new StartupRefused(
                    "sipoauth.parameters.look-every is " + every
                            + ", but a change of a parameter is to be at all servers soon.",
                    "Set it to " + LONGEST_LOOK.toSeconds() + "s or less, and more than 0.");
        }
        return new ParameterKeeper(records, Parameter.all(settings), Parameters.of(settings));
    }
}
