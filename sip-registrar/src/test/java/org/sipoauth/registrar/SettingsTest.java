package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final List<String> REQUIRED = List.of(
            "--issuer=https://as.example.com",
            "--audience=sip:example.com",
            "--domain=example.com",
            "--tls.certificate=node.crt",
            "--tls.private-key=node.key");

    private static Settings settings(String... more) throws SettingsException {
        List<String> all = new ArrayList<>(REQUIRED);
        all.addAll(List.of(more));
        return Settings.of(all.toArray(String[]::new));
    }

    @Test
    void commandLineGoesBeforeFileBeforeDefault(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("a.properties");
        Files.writeString(file, "realm = file\nnode-name = file\n");
        Settings settings = settings("--realm=line", "--config", file.toString());

        assertThat(settings.text(Setting.REALM)).isEqualTo("line");
        assertThat(settings.text(Setting.NODE_NAME)).isEqualTo("file");
        assertThat(settings.text(Setting.MODE)).isEqualTo("disabled");
    }

    @Test
    void emptyValueIsNone() throws Exception {
        assertThat(settings("--edges=").list(Setting.EDGES)).isEmpty();
        assertThat(settings("--edges= a , b,").list(Setting.EDGES)).containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void namesTheMissingSetting(int index) {
        List<String> all = new ArrayList<>(REQUIRED);
        String missing = all.remove(index).replaceFirst("=.*", "");

        assertThatThrownBy(() -> Settings.of(all.toArray(String[]::new)))
                .isInstanceOf(SettingsException.class)
                .hasMessage("missing " + missing + "=…");
    }

    @Test
    void refusesWhatItDoesNotKnow(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("a.properties");
        Files.writeString(file, "reaml = x\n");

        assertThatThrownBy(() -> settings("--config=" + file)).hasMessageContaining("unknown key reaml");
        assertThatThrownBy(() -> settings("--reaml=x")).hasMessageContaining("unknown key reaml");
        assertThatThrownBy(() -> settings("realm=x")).hasMessageContaining("not --key=value: realm=x");
        assertThatThrownBy(() -> settings("--config", directory.resolve("none").toString()))
                .hasMessageContaining("cannot read the configuration");
    }

    @ParameterizedTest
    @CsvSource({"250ms, PT0.25S", "30s, PT30S", "120, PT2M", "5m, PT5M", "24h, PT24H"})
    void readsTimes(String text, Duration time) throws Exception {
        assertThat(settings("--expires=" + text).time(Setting.EXPIRES)).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "-1s", "1d", "s", "1 s", "9999999999s"})
    void refusesOtherTimesByName(String text) {
        assertThatThrownBy(() -> settings("--expires=" + text).time(Setting.EXPIRES))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("--expires");
    }

    @Test
    void refusesOtherNumbersPortsAndChoicesByName() throws Exception {
        assertThatThrownBy(() -> settings("--oauth-port=65536").port(Setting.OAUTH_PORT))
                .hasMessageContaining("--oauth-port");
        assertThatThrownBy(() -> settings("--mode=on").choice(Setting.MODE, "enabled", "disabled"))
                .hasMessageContaining("--mode: neither enabled nor disabled: on");
        assertThatThrownBy(() -> settings("--tls.certificate=/none").path(Setting.TLS_CERTIFICATE))
                .hasMessageContaining("--tls.certificate: cannot read /none");
        assertThat(settings("--mra-oauth-port=none").optionalPort(Setting.MRA_OAUTH_PORT))
                .isEmpty();
    }
}
