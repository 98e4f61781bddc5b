package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestClock;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.redis.RedisNodes;
import org.sipoauth.authz.refresh.LoginsForTests.Phone;

/** What is promised of every login, on a thousand of them: no phone is locked out, every thief is found. */
class ThousandLoginsIT {
    private static final int LOGINS = 1_000;

    private final TestClock clock = new TestClock();
    private final Random random = new Random(7);
    private final List<Phone> phones = new ArrayList<>();
    private RedisNodes nodes;
    private RedisForTests.Running redis;

    @BeforeEach
    void begin() {
        nodes = new RedisNodes();
        redis = RedisForTests.connect(List.of(
                "--spring.data.redis.host=127.0.0.1",
                "--spring.data.redis.port=" + nodes.start().port()));
        LoginsForTests logins = new LoginsForTests(redis, clock);
        for (int i = 0; i < LOGINS; i++) {
            phones.add(logins.begin("user" + i));
        }
    }

    @AfterEach
    void close() {
        try {
            if (redis != null) {
                redis.close();
            }
        } finally {
            nodes.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT1M", "P1D", "P59D"})
    void goOnAfterALostResponseHoweverLateThePhoneComesBack(Duration away) {
        phones.forEach(Phone::refreshInVain);
        clock.advance(away);

        assertThat(count(Phone::isRefreshed)).isEqualTo(LOGINS);

        clock.advance(Duration.ofMinutes(30));
        assertThat(count(Phone::isRefreshed)).as("with the token from then").isEqualTo(LOGINS);
    }

    @Test
    void endWhenAStolenTokenIsReplayedAtAnyLaterGeneration() {
        List<Phone> thieves = new ArrayList<>();
        for (Phone phone : phones) {
            refreshSomeTimes(phone, random.nextInt(5));
            thieves.add(phone.copy());
            refreshSomeTimes(phone, 2 + random.nextInt(6));
        }

        assertThat(thieves.stream().filter(thief -> !thief.isRefreshed())).hasSize(LOGINS);

        assertThat(count(Phone::isRevokedInTheStatusList)).isEqualTo(LOGINS);
        assertThat(count(Phone::isRefreshed)).isZero();
    }

    /** A thief who has the phone's last token but one, and uses it like a phone that lost the answer. */
    @Test
    void endAtTheOtherHoldersNextRefreshWhenAThiefFollowsOneGenerationBehind() {
        List<Phone> thieves = new ArrayList<>();
        for (Phone phone : phones) {
            refreshSomeTimes(phone, random.nextInt(5));
            thieves.add(phone.copy());
            phone.refresh();
        }
        clock.advance(Duration.ofMinutes(20));
        assertThat(thieves.stream().filter(Phone::isRefreshed))
                .as("cannot be told from the phone yet")
                .hasSize(LOGINS);
        clock.advance(Duration.ofMinutes(10));

        assertThat(count(phone -> !phone.isRefreshed())).isEqualTo(LOGINS);

        assertThat(count(Phone::isRevokedInTheStatusList)).isEqualTo(LOGINS);
        assertThat(thieves.stream().filter(Phone::isRefreshed)).isEmpty();
    }

    private void refreshSomeTimes(Phone phone, int times) {
        for (int i = 0; i < times; i++) {
            clock.advance(Duration.ofSeconds(90));
            phone.refresh();
        }
        clock.advance(Duration.ofSeconds(90));
    }

    private long count(Predicate<Phone> what) {
        return phones.stream().filter(what).count();
    }
}
