package org.sipoauth.authz.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class RedisCheckTest {
    private static final Optional<String> ELSEWHERE = Optional.of("redis.example.com");

    @Test
    void refusesARedisOnAnotherMachineThatAsksForNoPassword() {
        assertThatThrownBy(() -> RedisCheck.requireProtected(ELSEWHERE, false, true))
                .isInstanceOf(StartupRefused.class)
                .hasMessageContaining("redis.example.com is used without a password");
    }

    @Test
    void warnsOfAPasswordThatCrossesANetworkInTheClear(CapturedOutput output) {
        RedisCheck.requireProtected(ELSEWHERE, true, false);

        assertThat(output).contains("redis.example.com is not asked over TLS");
    }

    @Test
    void takesOneOverTlsWithAPasswordAndAnyOnThisMachine(CapturedOutput output) {
        RedisCheck.requireProtected(ELSEWHERE, true, true);
        RedisCheck.requireProtected(Optional.empty(), false, false);

        assertThat(output).doesNotContain("TLS");
    }

    @Test
    void warnsOfAnAppendOnlyFileThatIsNeverAskedToBeOnTheDisk(CapturedOutput output) {
        RedisCheck.warnIfNotDurable("", appending("1"), Optional.of("no"), 1);

        assertThat(output).contains("aof_enabled with appendfsync no", "some 30 seconds");
    }

    @Test
    void warnsOfTheLastSecondWhereNoReplicaConfirms(CapturedOutput output) {
        RedisCheck.warnIfNotDurable("", appending("1"), Optional.of("everysec"), 0);

        assertThat(output).contains("appendfsync everysec", "the last second or two", "set appendfsync always");
    }

    @Test
    void takesASecondOnTheWayToTheDiskWhereAReplicaConfirmsAndWhatIsOnTheDiskAtOnce(CapturedOutput output) {
        RedisCheck.warnIfNotDurable("", appending("1"), Optional.of("everysec"), 1);
        RedisCheck.warnIfNotDurable("", appending("1"), Optional.of("always"), 0);
        RedisCheck.warnIfNotDurable("", appending("1"), Optional.empty(), 0);

        assertThat(output).doesNotContain("power failure");
    }

    @Test
    void warnsOfHashesThatGrowOutOfTheirCompactFormSoon(CapturedOutput output) {
        RedisCheck.warnIfNotCompact(
                "192.0.2.11:6379.", Map.of("hash-max-listpack-entries", "512", "hash-max-listpack-value", "256"));

        assertThat(output)
                .contains("192.0.2.11:6379.", "hash-max-listpack-entries=512", "hash-max-ziplist-entries 4096");
    }

    @Test
    void takesHashesThatStayCompactAndARedisThatDoesNotTell(CapturedOutput output) {
        RedisCheck.warnIfNotCompact("", Map.of("hash-max-ziplist-entries", "4096", "hash-max-ziplist-value", "256"));
        RedisCheck.warnIfNotCompact("", Map.of());
        for (String noNumber : new String[] {"", "-1", "4kb", "unlimited", "9".repeat(30)}) {
            RedisCheck.warnIfNotCompact("", Map.of("hash-max-listpack-entries", noNumber));
        }

        assertThat(output).doesNotContain("compact");
    }

    private static Properties appending(String enabled) {
        Properties persistence = new Properties();
        persistence.setProperty("aof_enabled", enabled);
        return persistence;
    }
}
