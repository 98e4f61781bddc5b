package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartsTest {
    private static final String[] REQUIRED = {
        "--issuer=https://as.example.com",
        "--audience=sip:example.com",
        "--domain=example.com",
        "--tls.certificate=node.crt",
        "--tls.private-key=node.key",
        "--max-connections="
    };

    private static int maxConnections(String value, OptionalLong files) throws SettingsException {
        String[] arguments = REQUIRED.clone();
        arguments[arguments.length - 1] += value;
        return Parts.maxConnections(Settings.of(arguments), files);
    }

    @Test
    void tellsPhonesToKeepTheirFlowsBeforeTheyAreClosed() throws Exception {
        String[] arguments = REQUIRED.clone();
        arguments[arguments.length - 1] = "--timeout.idle=100s";
        Settings settings = Settings.of(arguments);

        assertThat(Parts.policy(settings, () -> false).flowTimer()).hasSeconds(90);
        assertThat(Parts.transport(settings).idle()).hasSeconds(100);
    }

    @Test
    void tellsNoPhoneToKeepItsFlowEveryZeroSeconds() throws Exception {
        String[] arguments = REQUIRED.clone();
        arguments[arguments.length - 1] = "--timeout.idle=1s";

        assertThat(Parts.policy(Settings.of(arguments), () -> false).flowTimer())
                .hasSeconds(1);
    }

    @Test
    void takesAsManyConnectionsAsItIsToldIfTheirFilesCanBeOpened() throws Exception {
        assertThat(maxConnections("1488", OptionalLong.of(2000))).isEqualTo(1488);
        assertThat(maxConnections("60000", OptionalLong.empty())).isEqualTo(60_000);
    }

    @Test
    void refusesMoreConnectionsThanFilesAndNamesBoth() {
        assertThatThrownBy(() -> maxConnections("1489", OptionalLong.of(2000)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("--max-connections: 1489 connections need 2001 open files")
                .hasMessageContaining("may have 2000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "collector:4318",
                "ftp://collector/v1/metrics",
                "http:///v1/metrics",
                "http://me:secret@collector",
                "http://a b"
            })
    void refusesACollectorThatIsNoAddressAndRepeatsNoPassword(String url) {
        String[] arguments = REQUIRED.clone();
        arguments[arguments.length - 1] = "--otlp.metrics.url=" + url;
        assertThatThrownBy(() -> Parts.otlp(Settings.of(arguments), "node1"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("--otlp.metrics.url")
                .hasMessageNotContaining("secret");
    }

    @Test
    void makesNothingOfACollectorThatNobodyNames() throws Exception {
        assertThat(Parts.otlp(Settings.of(REQUIRED), "node1")).isEmpty();
    }

    @Test
    void makesDoWithTheFilesThereAreWhereNobodySaysHowMany() throws Exception {
        assertThat(maxConnections("", OptionalLong.of(1024))).isEqualTo(512);
        assertThat(maxConnections("", OptionalLong.of(1_000_000))).isEqualTo(50_000);
        assertThatThrownBy(() -> maxConnections("", OptionalLong.of(512))).isInstanceOf(SettingsException.class);
    }
}
