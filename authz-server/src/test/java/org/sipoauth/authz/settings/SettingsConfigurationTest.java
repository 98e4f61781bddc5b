package org.sipoauth.authz.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class SettingsConfigurationTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "sipoauth.issuer=http://auth.example.com, http://auth.example.com",
        "sipoauth.issuer=http://127.0.0.1:8443, http://127.0.0.1:8443",
        "sipoauth.tokens.access=0s, sipoauth.tokens.access is PT0S",
        "sipoauth.tokens.access=-1m, sipoauth.tokens.access is PT-1M",
        "sipoauth.tokens.desk-phone-refresh=59m, sipoauth.tokens.desk-phone-refresh is PT59M",
        "sipoauth.console.registrars=ftp://192.0.2.1, ftp://192.0.2.1 is no address of a registrar",
        "sipoauth.console.registrars=http://me:secret@192.0.2.1:9091, has a name and password",
        "sipoauth.console.registrars=http://192.0.2.1:9091?a=b, a query",
        "sipoauth.console.registrars=http://192.0.2.1:9091/#a, or a fragment",
        "sipoauth.tokens.acces=5m, sipoauth.tokens.acces",
        "sipoauth.insecure-plain-htp=true, sipoauth.insecure-plain-htp"
    })
    void refuses(String setting, String named) {
        with(setting)
                .run(context -> assertThat(context.getStartupFailure())
                        .isNotNull()
                        .satisfies(failure -> assertThat(messages(failure)).contains(named)));
    }

    @Test
    void takesPlainHttpOnThisMachineAlone() {
        with("sipoauth.insecure-plain-http=true", "sipoauth.issuer=http://127.0.0.1:8443")
                .run(context -> assertThat(context).hasNotFailed());
        with("sipoauth.insecure-plain-http=true", "sipoauth.issuer=http://auth.example.com")
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("http://auth.example.com"));
    }

    private ApplicationContextRunner with(String... settings) {
        return new ApplicationContextRunner()
                .withUserConfiguration(SettingsConfiguration.class)
                .withPropertyValues("sipoauth.audience=sip:example.com", "sipoauth.data-dir=" + folder.resolve("data"))
                .withPropertyValues(settings);
    }

    private static String messages(Throwable failure) {
        StringBuilder messages = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            messages.append(cause.getMessage()).append('\n');
            if (cause instanceof UnboundConfigurationPropertiesException unbound) {
                messages.append(unbound.getUnboundProperties());
            }
        }
        return messages.toString();
    }
}
