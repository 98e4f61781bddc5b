package org.sipoauth.authz.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusListNameTest {
    private static final Instant PERIOD_685 = Instant.ofEpochSecond(685L * 2_592_000);

    @Test
    void isForFamiliesThatEndInOnePeriod() {
        assertThat(StatusListName.forEnd(17, PERIOD_685, 0)).hasToString("s17.685.0");
        assertThat(StatusListName.forEnd(17, PERIOD_685.minusMillis(1), 0)).hasToString("s17.684.0");
    }

    @Test
    void readsWhatItPrints() {
        StatusListName name = new StatusListName(7, 685, 12);

        assertThat(StatusListName.parse("s07.685.12")).isEqualTo(name);
        assertThat(StatusListName.ofField(7, name.field())).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s64.685.0",
                "s7.685.0",
                "s07.0685.0",
                "s07.685.00",
                "s07.685",
                "s07.685.0.1",
                "s07.-1.0",
                "v"
            })
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> StatusListName.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hasItsShardAsTheHashTagOfItsKeysAndNamesItsAddress() {
        StatusListName name = new StatusListName(7, 685, 0);

        assertThat(StatusListName.shardKey(7)).isEqualTo("{s07}:status");
        assertThat(name.takenKey()).isEqualTo("{s07}:taken:685.0");
        assertThat(name.revokedKey()).isEqualTo("{s07}:revoked:685.0");
        assertThat(name.uri("https://sso.example")).isEqualTo("https://sso.example/oauth2/status-lists/s07.685.0");
    }

    @Test
    void outlivesTheLastAccessTokenOfItsLastFamily() {
        Duration token = Duration.ofHours(1);
        Instant gone = new StatusListName(7, 685, 0).goneAt(token);

        assertThat(gone).isEqualTo(PERIOD_685.plus(Duration.ofDays(31)).plus(token));
        assertThat(StatusListName.oldestPeriod(gone.minusMillis(1), token)).isEqualTo(685);
        assertThat(StatusListName.oldestPeriod(gone, token)).isEqualTo(686);
    }
}
