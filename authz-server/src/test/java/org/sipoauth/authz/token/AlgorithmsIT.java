package org.sipoauth.authz.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;

class AlgorithmsIT {

    @ParameterizedTest
    @ValueSource(strings = {"ES256", "RS256", "Ed25519"})
    void signsWithTheAlgorithmThatIsSetAndKnowsItsOwnTokens(String algorithm, @TempDir Path folder) throws Exception {
        try (TestServer server = TestServer.start(folder, "--sipoauth.keys.algorithm=" + algorithm)) {
            TestPhone phone = new TestPhone(server);

            String token = phone.logIn("alice", "CSFALICE").text("access_token");

            assertThat(SignedJWT.parse(token).getHeader().getAlgorithm().getName())
                    .isEqualTo(algorithm);
            TokenVerifier verifier = new TokenVerifier(
                    new Expectations(TestServer.ISSUER, TestServer.AUDIENCE, Duration.ofSeconds(30)),
                    KeySource.fixed(phone.get(server.url("/oauth2/jwks")).body()));
            assertThat(verifier.verify(token)).isInstanceOf(Verdict.Accepted.class);
            assertThat(token.length()).isLessThan(1000);
            assertThat(configurationFile(phone, server, token)).isEqualTo(200);
            String changed = token.substring(0, token.length() - 10)
                    + (token.charAt(token.length() - 10) == 'A' ? 'B' : 'A')
                    + token.substring(token.length() - 9);
            assertThat(configurationFile(phone, server, changed)).isEqualTo(401);
            assertThat(tokenOfTheLargestDevice(phone, server).length())
                    .isBetween(700, algorithm.equals("RS256") ? 1255 : 999); // whose signature is 256 characters longer
        }
    }

    private static String tokenOfTheLargestDevice(TestPhone phone, TestServer server) {
        String name = "CSF" + "X".repeat(12);
        List<String> addresses = Stream.of("1", "2", "3", "4")
                .map(digit -> "sip:" + digit.repeat(24) + "@example.com")
                .toList();
        server.bean(Devices.class).save(new Device(name, "alice", addresses));
        return phone.logIn("alice", name).text("access_token");
    }

    private static int configurationFile(TestPhone phone, TestServer server, String token) {
        return phone.get(server.provisioningUrl("/CSFALICE.cnf.xml"), "Authorization", "Bearer " + token)
                .statusCode();
    }
}
