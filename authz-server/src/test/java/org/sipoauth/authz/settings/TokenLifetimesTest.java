package org.sipoauth.authz.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sipoauth.authz.settings.Settings.Tokens;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** For how long the keys of tokens have to be kept, whatever administrators set while the server runs. */
class TokenLifetimesTest {

    @ParameterizedTest
    @CsvSource({"60,90,365", "60,366,366", "400,90,400"})
    void areTheLongestOfAllThatCanBeSet(int softphone, int deskPhone, int longest) {
        Tokens tokens = tokens(softphone, deskPhone, false, false);

        assertThat(tokens.longestLogin()).isEqualTo(Duration.ofDays(longest));
        assertThat(tokens.longestRefreshToken()).isEqualTo(Duration.ofDays(longest));
    }

    @Test
    void areTwiceTheLifeOfALoginWhoseEndMoves() {
        assertThat(tokens(60, 90, true, false).longestRefreshToken()).isEqualTo(Duration.ofDays(730));
        assertThat(tokens(60, 400, true, false).longestRefreshToken()).isEqualTo(Duration.ofDays(730));
        assertThat(tokens(60, 400, false, true).longestRefreshToken()).isEqualTo(Duration.ofDays(800));
        assertThat(tokens(60, 400, false, true).longestLogin()).isEqualTo(Duration.ofDays(400));
    }

    @Test
    void leaveAVerifierTheKeyOfEveryAccessToken() {
        assertThat(longestAccessToken(Map.of())).isEqualTo(Duration.ofDays(1));
        assertThat(longestAccessToken(Map.of("sipoauth.keys.retention", "2h"))).isEqualTo(Duration.ofMinutes(118));
        assertThat(longestAccessToken(Map.of("sipoauth.keys.retention", "30d"))).isEqualTo(Duration.ofDays(1));
        assertThat(longestAccessToken(Map.of("sipoauth.tokens.access", "2d"))).isEqualTo(Duration.ofDays(2));
    }

    private static Tokens tokens(int softphone, int deskPhone, boolean softphoneSliding, boolean deskPhoneSliding) {
        return new Tokens(
                Duration.ofHours(1),
                Duration.ofDays(softphone),
                Duration.ofDays(deskPhone),
                softphoneSliding,
                deskPhoneSliding);
    }

    private static Duration longestAccessToken(Map<String, String> options) {
        Map<String, String> all = new HashMap<>(options);
        all.put("sipoauth.audience", "sip:example.com");
        return new Binder(new MapConfigurationPropertySource(all))
                .bind("sipoauth", Settings.class)
                .get()
                .longestAccessToken();
    }
}
