package org.sipoauth.benchmarks.grants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.sipoauth.benchmarks.platform.Workplace;

/** The grant benchmarks in short, against this project's server alone; what they need, the build made or Maven brought. */
class GrantsIT {
    private static final Duration SHORT = Duration.ofSeconds(2);

    @Test
    void grantsAllThatTheLoadAsksFor() throws Exception {
        GrantComparison.Plan plan =
                new GrantComparison.Plan(32, 1, SHORT, Duration.ZERO, 0, List.of("-Xmx256m"), false, null, null);

        assertThat(GrantComparison.run(plan, System.out)).isTrue();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void signsWithTheCorrettoProviderOnTheClassPathOfThePackagedServer() throws Exception {
        Path provider = Path.of(Class.forName("com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider")
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Workplace workplace = Workplace.open("corretto");
                SipOauthServer server =
                        new SipOauthServer("server", workplace, List.of("-Xmx256m"), List.of(provider), List.of())) {
            server.start();
            String[] phones = server.refreshTokens(1).toArray(String[]::new);

            GrantLoad.Result load = new GrantLoad(server.endpoint(), 1).refresh(phones, SHORT);

            assertThat(load.firstFailure()).isEmpty();
            assertThat(load.grants()).isPositive();
            await().until(() -> Files.readString(server.process().log())
                    .contains("ES256 keys of the ring sign by AmazonCorrettoCryptoProvider"));
        }
    }

    @Test
    void keepsALoginInFiveHundredBytes() throws Exception {
        BytesPerLogin.Result bytes = BytesPerLogin.run(40_000, 4_000, System.out);

        assertThat(bytes.ours()).isLessThanOrEqualTo(500);
        assertThat(bytes.springSample()).isGreaterThan(10 * bytes.ours());
    }

    @Test
    void endsTheLoginsOfAProfileWhileAnotherPhoneRefreshes() throws Exception {
        ProfileSweep.Result swept = ProfileSweep.run(300, System.out);

        assertThat(swept.revoked()).isEqualTo(300);
        assertThat(swept.failures()).isZero();
        assertThat(swept.refreshMillis()).isNotEmpty();
    }

    @Test
    void refreshesAtAFixedRateWhileTheStoreFills() throws Exception {
        List<RefreshLatency.Step> steps = RefreshLatency.run(10_000, 64, 50, SHORT, Duration.ZERO, System.out);

        assertThat(steps).extracting(RefreshLatency.Step::logins).containsExactly(1_000, 10_000);
        assertThat(steps)
                .allSatisfy(step -> assertThat(step.failures()).isZero())
                .allSatisfy(step -> assertThat(step.p50()).isPositive());
    }
}
