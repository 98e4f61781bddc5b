package org.sipoauth.authz.grant;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.client.MachineSecretEncoder;
import org.sipoauth.authz.dpop.TestProof;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Pushed authorization requests (RFC 9126) over HTTPS. */
class PushedRequestsIT {
    private static final String PAR = TestServer.ISSUER + "/oauth2/par";
    private static final String SECRET = "a secret of the service";

    @TempDir
    static Path folder;

    private static TestServer server;

    private final TestPhone phone = new TestPhone(server);

    @BeforeAll
    static void start() {
        server = TestServer.start(
                folder,
                "--sipoauth.clients[0].id=web-app",
                "--sipoauth.clients[0].secret-hash=" + new MachineSecretEncoder().encode(SECRET),
                "--sipoauth.clients[0].grant-types[0]=authorization_code",
                "--sipoauth.clients[0].scopes[0]=sip.register",
                "--sipoauth.clients[0].redirect-uris[0]=https://app.example.com/callback");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void isWhatTheBrowserSignsInFor() {
        Answer pushed = push(TestPhone.request("CSFALICE"));
        assertThat(pushed.status()).isEqualTo(201);
        assertThat(pushed.text("request_uri")).startsWith("urn:ietf:params:oauth:request_uri:");
        assertThat((Long) pushed.json().get("expires_in")).isBetween(290L, 300L);

        Map<String, String> back = phone.authorize("alice", reference("softphone", pushed));

        assertThat(back).containsEntry("state", "the state & more").containsEntry("iss", TestServer.ISSUER);
        assertThat(phone.redeem(back.get("code")).status()).isEqualTo(200);
    }

    @Test
    void isAnsweredWithoutAPageIfItIsSilent() {
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("scope", "openid sip.register");
        Map<String, String> reference = reference("softphone", push(request));
        request.put("prompt", "none");
        Map<String, String> silent = reference("softphone", push(request));

        assertThat(TestPhone.location(open(phone, reference))).isEqualTo(server.url("/login"));
        assertThat(TestPhone.parameters(TestPhone.location(open(phone, silent))))
                .containsEntry("error", "login_required")
                .containsEntry("state", "the state & more");
    }

    @Test
    void isGoodOnce() {
        Map<String, String> reference = reference("softphone", push(TestPhone.request("CSFALICE")));
        phone.authorize("alice", reference);

        assertThat(open(phone, reference).statusCode()).isEqualTo(400);
    }

    @Test
    void isAnsweredOnceHoweverManyBrowsersOpenItAtTheSameTime() throws Exception {
        Map<String, String> reference = reference("softphone", push(TestPhone.request("CSFALICE")));
        phone.authorize("alice", TestPhone.request("CSFALICE")); // is signed in from here on
        ExecutorService many = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> answers = IntStream.range(0, 16)
                    .mapToObj(i -> many.submit(() -> open(phone, reference).statusCode()))
                    .toList();
            int granted = 0;
            for (Future<Integer> answer : answers) {
                granted += answer.get() == 302 ? 1 : 0;
            }
            assertThat(granted).isOne();
        } finally {
            many.shutdownNow();
        }
    }

    @Test
    void isNotForAnotherClient() {
        Map<String, String> reference = reference("web-app", push(TestPhone.request("CSFALICE")));

        assertThat(open(phone, reference).statusCode()).isEqualTo(400);
        phone.signIn("alice", server.passwordOf("alice"));
        assertThat(open(phone, reference).statusCode()).isEqualTo(400);
    }

    @Test
    void leavesNothingBehindAfterItsTime() {
        push(TestPhone.request("CSFALICE"));

        StringRedisTemplate redis = server.bean(StringRedisTemplate.class);
        assertThat(redis.keys("pending:*"))
                .isNotEmpty()
                .allSatisfy(key -> assertThat(redis.getExpire(key)).isBetween(1L, 300L));
    }

    @ParameterizedTest
    @CsvSource({
        "redirect_uri, https://evil.example.com/, invalid_request",
        "scope, admin, invalid_scope",
        "scope, , invalid_scope",
        "device_name, ../x, invalid_request",
        "code_challenge, , invalid_request",
        "code_challenge_method, plain, invalid_request",
        "response_type, token, unsupported_response_type",
        "request_uri, urn:ietf:params:oauth:request_uri:x, invalid_request",
        "client_id, nobody, invalid_client",
        "client_id, deskphone, unauthorized_client",
    })
    void isRefusedAsTheAuthorizationRequestWouldBe(String parameter, String value, String error) {
        Map<String, String> request = TestPhone.request("CSFALICE");
        if (value == null) {
            request.remove(parameter);
        } else {
            request.put(parameter, value);
        }

        Answer refused = push(request);

        assertThat(refused.status()).isEqualTo(error.equals("invalid_client") ? 401 : 400);
        assertThat(refused.text("error")).isEqualTo(error);
    }

    @Test
    void isRefusedInTheNameOfAnotherClientThanTheOneThatAuthenticated() {
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("client_secret", SECRET);

        request.put("client_id", "web-app");
        request.put("redirect_uri", "https://app.example.com/callback");
        assertThat(push(request).status()).isEqualTo(201);
        request.put("client_id", "softphone");
        assertThat(push(request).text("error")).isEqualTo("invalid_client");
    }

    /** RFC 9449 §10.1. */
    @Test
    void bindsTheCodeToTheKeyOfItsProof() throws Exception {
        ECKey key = TestProof.key();
        Map<String, String> request = TestPhone.request("CSFALICE");
        Answer pushed = phone.post("/oauth2/par", request, "DPoP", TestProof.of(key, PAR));
        String code = phone.authorize("alice", reference("softphone", pushed)).get("code");
        request.put("dpop_jkt", TestProof.key().computeThumbprint().toString());
        Answer contradiction = phone.post("/oauth2/par", request, "DPoP", TestProof.of(key, PAR));

        assertThat(phone.redeem(code).text("error")).isEqualTo("invalid_grant");
        assertThat(contradiction.text("error")).isEqualTo("invalid_dpop_proof");
    }

    @Test
    void isNoRequestByReferenceToSomewhereElse() {
        for (String uri : List.of("https://evil.example.com/request", "urn:ietf:params:oauth:request_uri:x", "x")) {
            assertThat(open(phone, Map.of("client_id", "softphone", "request_uri", uri))
                            .statusCode())
                    .as(uri)
                    .isEqualTo(400);
        }
    }

    private Answer push(Map<String, String> request) {
        return phone.post("/oauth2/par", request);
    }

    private static Map<String, String> reference(String client, Answer pushed) {
        return Map.of("client_id", client, "request_uri", pushed.text("request_uri"));
    }

    private static HttpResponse<String> open(TestPhone phone, Map<String, String> request) {
        StringBuilder query = new StringBuilder();
        request.forEach((name, value) -> query.append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8))
                .append('&'));
        return phone.get(server.url("/oauth2/authorize?" + query));
    }
}
