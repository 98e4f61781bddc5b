package org.sipoauth.authz.administration;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestAdministrator;
import org.sipoauth.authz.TestServer;

/** A change that no replica has is not said to be one: after a failover, it would be undone. */
class UnconfirmedChangesIT {
    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestAdministrator administrator;

    @BeforeAll
    static void start() {
        server = TestServer.start(
                folder, "--sipoauth.redis.confirm-replicas=1", "--sipoauth.redis.confirm-timeout=10ms");
        administrator = new TestAdministrator(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aRevocationIsToBeSentAgain() {
        assertAsksForItAgain(administrator.post("/revocations", "{\"client\":\"softphone\"}"));
        assertThat(administrator.get("/audit?event=revocation_ordered").body()).doesNotContain("softphone");
    }

    @Test
    void anEdgeIsToBeSentAgain() {
        assertAsksForItAgain(
                administrator.put("/edges/unconfirmed", "{\"certificate_names\":[\"unconfirmed.example.com\"]}"));
        assertThat(administrator.get("/audit?event=edge_listed").body()).doesNotContain("unconfirmed");
    }

    private static void assertAsksForItAgain(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.body()).contains("send the same request again");
    }
}
