package org.sipoauth.authz.parameter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What values parameters take. */
class KindTest {
    private final Kind<Duration> minutes = new Kind.Span(ChronoUnit.MINUTES, 1, 1440, "");
    private final Kind<List<String>> uris = new Kind.RedirectUris();

    @Test
    void aSpanTakesBothEndsOfItsRange() {
        assertThat(minutes.read("life", 1)).isEqualTo(Duration.ofMinutes(1));
        assertThat(minutes.read("life", 1440)).isEqualTo(Duration.ofDays(1));
        assertThatThrownBy(() -> minutes.read("life", 1441))
                .hasMessage("life is a whole number of minutes from 1 to 1440: send {\"value\":1440}");
    }

    @Test
    void aSpanIsAWholeNumberUnlessTheSettingsSayOtherwise() {
        assertThat(minutes.json(Duration.ofHours(1))).isEqualTo(60L);
        assertThat(minutes.json(Duration.ofSeconds(90))).isEqualTo(1.5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example.com/callback?x=1",
                "https://[2001:db8::1]:8443/",
                "http://127.0.0.1/callback",
                "http://[::1]:49152/",
                "com.example.app:/callback"
            })
    void takesARedirectUriThatNobodyElseReceives(String uri) {
        assertThat(uris.read("uris", List.of(uri))).containsExactly(uri);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "https:///callback",
                "http://localhost/callback",
                "http://127.0.0.1.example.com/",
                "myapp:/callback",
                "data:text/html,x",
                "https://app.example.com/%zz",
                "https://app.example.com/\u00e4",
                "https://app.example.com/a b",
                "https://app.example.com/<script>",
            })
    void refusesARedirectUriThatAnotherCouldReceive(String uri) {
        assertThatThrownBy(() -> uris.read("uris", List.of(uri))).hasMessageContaining("element 0 of uris");
    }

    @Test
    void boundsRedirectUris() {
        String longest = "https://app.example.com/".concat("a".repeat(2_000 - 24));
        assertThat(uris.read("uris", List.of(longest))).hasSize(1);
        assertThatThrownBy(() -> uris.read("uris", List.of(longest + "a"))).hasMessageContaining("2000 characters");
    }
}
