package org.sipoauth.authz.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
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
}
