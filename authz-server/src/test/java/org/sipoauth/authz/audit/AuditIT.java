package org.sipoauth.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;

/** What the log says of a login, and what it must never say. */
class AuditIT {

    @Test
    void recordsEveryDecisionOnceAndNoSecret(@TempDir Path folder) throws Exception {
        PrintStream console = System.out;
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        System.setOut(new PrintStream(copy, true, StandardCharsets.UTF_8));
        String code;
        Answer tokens;
        String password;
        String secret;
        try (TestServer server = TestServer.start(folder, "--logging.level.org.sipoauth=DEBUG")) {
            TestPhone phone = new TestPhone(server);
            password = server.passwordOf("alice");
            secret = server.secretOf("demo-service");
            phone.signIn("alice", "a wrong guess");
            code = phone.authorize("alice", TestPhone.request("CSFALICE")).get("code");
            tokens = phone.redeem(code);
            phone.redeem(code);
            phone.token(Map.of("grant_type", "client_credentials"), "demo-service", secret + "x");
            phone.token(Map.of("grant_type", "client_credentials", "scope", "sip.register"), "demo-service", secret);
        } finally {
            System.setOut(console);
        }
        String log = copy.toString(StandardCharsets.UTF_8);

        List<String> records = log.lines()
                .filter(line -> line.contains("org.sipoauth.audit"))
                .map(line -> line.substring(line.indexOf('{')))
                .filter(line -> !line.contains("_created") && !line.contains("\"event\":\"key"))
                .toList();
        assertThat(records)
                .extracting(AuditIT::event)
                .containsExactly(
                        "sign_in_refused",
                        "signed_in",
                        "code_issued",
                        "begun",
                        "issued",
                        "revoked",
                        "refused",
                        "refused",
                        "issued");
        assertThat(records.get(4)).contains("\"user\":\"alice\"", "\"device\":\"CSFALICE\"", "\"jti\":", "\"exp\":");
        assertThat(log)
                .doesNotContain(code, password, secret, "a wrong guess", TestPhone.VERIFIER)
                .doesNotContain(tokens.text("refresh_token"), tokens.text("access_token"))
                .doesNotContain(signature(tokens.text("access_token")));
    }

    private static String event(String record) {
        try {
            return (String) JSONObjectUtils.parse(record).get("event");
        } catch (ParseException e) {
            throw new AssertionError(record, e);
        }
    }

    private static String signature(String jws) {
        return jws.substring(jws.lastIndexOf('.') + 1);
    }
}
