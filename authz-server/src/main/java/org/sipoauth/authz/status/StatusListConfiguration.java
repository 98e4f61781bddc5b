package org.sipoauth.authz.status;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.settings.DataDirectory;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.signing.SigningKeys;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

@Configuration(proxyBeanMethods = false)
class StatusListConfiguration {
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);

    @Bean
    SignedStatusLists signedStatusLists(SigningKeys keys, Settings settings, Clock clock) {
        return new SignedStatusLists(keys, settings.issuer().toString(), clock);
    }

    @Bean
    StatusListMirror statusListMirror(
            StringRedisTemplate redis,
            DataDirectory data,
            SignedStatusLists lists,
            Settings settings,
            Clock clock,
            Audit audit,
            MeterRegistry meters) {
        Duration longestAccessToken = settings.longestAccessToken();
        return new StatusListMirror(
                new StatusListStore(redis, longestAccessToken),
                new StatusListFolder(
                        data.file("status-lists"), settings.issuer().toString()),
                lists,
                longestAccessToken,
                clock,
                audit,
                meters);
    }

    @Bean
    StatusListTimer statusListTimer(StatusListMirror mirror, Settings settings) {
        Duration every = settings.statusLists().lookEvery();
        if (every.toMillis() < 1 || every.compareTo(LONGEST_LOOK) > 0) {
            throw new StartupRefused(
                    "sipoauth.status-lists.look-every is " + every + ", but verifiers count on changes within seconds.",
                    "Set it to " + LONGEST_LOOK.toSeconds() + "s or less, and more than 0.");
        }
        return new StatusListTimer(mirror, every);
    }
}
