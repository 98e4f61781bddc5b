package org.sipoauth.authz.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestAdministrator;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;

/** A revocation that no replica has is not said to be one. */
class UnconfirmedRevocationIT {

    @Test
    void asksTheAdministratorToSendItAgain(@TempDir Path folder) throws Exception {
        try (TestServer server = TestServer.start(
                folder, "--sipoauth.redis.confirm-replicas=1", "--sipoauth.redis.confirm-timeout=100ms")) {
            TestPhone caller = new TestPhone(server);
            String token = TestAdministrator.token(server);

            HttpResponse<String> answer = caller.send(HttpRequest.newBuilder(server.url("/admin/api/v1/revocations"))
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"client\":\"softphone\"}"))
                    .build());

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).contains("5");
            assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
            assertThat(answer.body()).contains("send the same request again");
            String records = caller.get(
                            server.url("/admin/api/v1/audit?event=revocation_ordered"),
                            "Authorization",
                            "Bearer " + token)
                    .body();
            assertThat(records).doesNotContain("softphone");
        }
    }
}
