package org.sipoauth.authz.directory;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Objects;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.device.OwnedDevices;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.session.SweepThread;
import org.sipoauth.authz.settings.GivenSecret;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.core.StringRedisTemplate;

/** {@code base-dn} is required with every other of these settings. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("sipoauth.ldap.base-dn")
class DirectoryConfiguration {

    @Bean
    Directory directory(Settings settings, Environment environment, MeterRegistry registry) {
        Settings.Ldap ldap = Objects.requireNonNull(settings.ldap());
        String password = GivenSecret.read(
                        ldap.passwordFile(), "sipoauth.ldap.password-file", environment, "SIPOAUTH_LDAP_PASSWORD")
                .orElseThrow(() -> new StartupRefused(
                        "There is no password for " + ldap.bindDn() + ", which searches the directory.",
                        "Name a file that holds it with --sipoauth.ldap.password-file=<file>, or put it into the"
                                + " environment variable SIPOAUTH_LDAP_PASSWORD."));
        return new Directory(ldap, DirectoryConnections.open(ldap, password), registry);
    }

    @Bean
    LeaverCheck leaverCheck(
            Directory directory,
            Accounts accounts,
            Sessions sessions,
            OwnedDevices devices,
            StringRedisTemplate redis,
            Settings settings,
            Clock clock,
            Audit audit,
            MeterRegistry registry) {
        return new LeaverCheck(
                directory,
                accounts,
                sessions,
                devices::endCodes,
                new LeaverCheckStore(redis),
                Objects.requireNonNull(settings.ldap()),
                clock,
                audit,
                registry);
    }

    @Bean
    SweepThread leaverCheckThread(LeaverCheck check) {
        return new SweepThread(check::turn);
    }

    @Bean
    DirectoryHealth directoryHealthIndicator(Directory directory) {
        return new DirectoryHealth(directory);
    }
}
