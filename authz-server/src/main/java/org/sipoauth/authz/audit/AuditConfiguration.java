package org.sipoauth.authz.audit;

import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import org.sipoauth.authz.settings.DataDirectory;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class AuditConfiguration {

    @Bean
    @ConditionalOnProperty("sipoauth.audit.folder")
    AuditFileTrail auditFileTrail(Settings settings, Clock clock, MeterRegistry meters) {
        Settings.Audit audit = settings.audit();
        return new AuditFileTrail(
                new AuditFolder(
                        folder(Objects.requireNonNull(audit.folder())),
                        audit.fileSize().toBytes(),
                        audit.keep(),
                        clock),
                clock,
                meters);
    }

    @Bean
    @ConditionalOnProperty("sipoauth.audit.syslog.address")
    SyslogTrail syslogTrail(Settings settings, Clock clock, MeterRegistry meters) {
        return new SyslogTrail(
                new SyslogReceiver(Objects.requireNonNull(settings.audit().syslog())), clock, meters);
    }

    private static DataDirectory folder(Path folder) {
        try {
            return new DataDirectory(folder);
        } catch (StartupRefused refused) {
            throw new StartupRefused(
                    String.valueOf(refused.getMessage()),
                    "Make it, or name another one with --sipoauth.audit.folder=<folder>.",
                    refused);
        }
    }
}
