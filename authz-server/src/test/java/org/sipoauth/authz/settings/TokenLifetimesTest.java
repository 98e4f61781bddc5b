package org.sipoauth.authz.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.settings.Settings.Tokens;

/** For how long the keys of refresh tokens have to be kept. */
class TokenLifetimesTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void areTheLongerOfBothWhereTheEndStays() {
        assertThat(new Tokens(HOUR, Duration.ofDays(60), Duration.ofDays(90), false, false).longestRefreshToken())
                .isEqualTo(Duration.ofDays(90));
    }

    @Test
    void areTwiceTheLifeOfALoginWhoseEndMoves() {
        assertThat(new Tokens(HOUR, Duration.ofDays(60), Duration.ofDays(90), true, false).longestRefreshToken())
                .isEqualTo(Duration.ofDays(120));
        assertThat(new Tokens(HOUR, Duration.ofDays(60), Duration.ofDays(90), false, true).longestRefreshToken())
                .isEqualTo(Duration.ofDays(180));
    }
}
