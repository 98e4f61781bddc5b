package org.sipoauth.authz.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.grant.LoginFamilies;

/** Status lists over TLS, of two servers with one store. */
class StatusListIT {
    private static final String LISTS = "/oauth2/status-lists";
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestServer other;

    private final TestPhone caller = new TestPhone(server);

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.startWithEmbeddedRedis(
                Files.createDirectory(folder.resolve("one")), "--sipoauth.status-lists.look-every=100ms");
        var connection =
                server.bean(org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.class);
        other = TestServer.startWithEmbeddedRedis(
                Files.createDirectory(folder.resolve("other")),
                "--sipoauth.status-lists.look-every=100ms",
                "--spring.data.redis.url=redis://:" + connection.getPassword() + "@127.0.0.1:"
                        + connection.getStandalone().getPort());
    }

    @AfterAll
    static void stop() {
        other.close();
        server.close();
    }

    @Test
    void aRevokedLoginsBitIsSetInTheListOfEveryServer() throws Exception {
        Login revoked = logIn("alice", "CSFALICE");
        Login untouched = logIn("bob", "CSFBOB");
        for (TestServer asked : new TestServer[] {server, other}) {
            awaitBit(asked, revoked, false);
        }

        server.bean(LoginFamilies.class).revoke(revoked.session(), "test");

        for (TestServer asked : new TestServer[] {server, other}) {
            awaitBit(asked, revoked, true);
            awaitBit(asked, untouched, false);
        }
    }

    @Test
    void answersTheWayTheDraftSays() throws Exception {
        Login login = logIn("alice", "CSFALICE");
        awaitBit(server, login, false);

        HttpResponse<String> list = caller.get(server.url(login.path()), "Accept", "application/statuslist+jwt");
        assertThat(list.statusCode()).isEqualTo(200);
        assertThat(list.headers().firstValue("Content-Type")).contains("application/statuslist+jwt");
        assertThat(list.headers().allValues("Cache-Control")).containsExactly("max-age=15, public");
        assertThat(list.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(list.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();

        HttpResponse<String> aggregation = caller.get(server.url(LISTS));
        assertThat(aggregation.statusCode()).isEqualTo(200);
        assertThat(aggregation.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        Map<String, Object> json = JSONObjectUtils.parse(aggregation.body());
        assertThat(JSONObjectUtils.getStringList(json, "status_lists")).contains(login.uri());
        assertThat(JSONObjectUtils.getJSONObject(json, "etags")).containsKey(login.uri());
    }

    @Test
    void sendsNothingThatIsHeldAlready() throws Exception {
        Login login = logIn("alice", "CSFALICE");
        awaitBit(server, login, false);
        for (String path : new String[] {login.path(), LISTS}) {
            // between the two requests another login may open another list
            await().atMost(SOON).untilAsserted(() -> {
                String etag = caller.get(server.url(path))
                        .headers()
                        .firstValue("ETag")
                        .orElseThrow();
                HttpResponse<String> again = caller.get(server.url(path), "If-None-Match", etag);
                assertThat(again.statusCode()).isEqualTo(304);
                assertThat(again.body()).isEmpty();
                assertThat(again.headers().firstValue("ETag")).contains(etag);
                assertThat(again.headers().allValues("Cache-Control")).containsExactly("max-age=15, public");
            });
            assertThat(caller.get(server.url(path), "If-None-Match", "\"another\"")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void canBeReadAndNothingElse() {
        for (String path : new String[] {LISTS, LISTS + "/s00.1.0"}) {
            for (String method : new String[] {"POST", "PUT", "DELETE", "PATCH"}) {
                HttpResponse<String> answer = caller.send(HttpRequest.newBuilder(server.url(path))
                        .method(method, HttpRequest.BodyPublishers.ofString("x"))
                        .build());
                assertThat(answer.statusCode()).as(method).isEqualTo(405);
                assertThat(answer.headers().firstValue("Allow").orElse("")).contains("GET");
            }
        }
        HttpResponse<String> head = caller.send(HttpRequest.newBuilder(server.url(LISTS))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("ETag")).isPresent();
    }

    @Test
    void knowsNoOtherListsAndNoOtherTimes() {
        for (String name : new String[] {"s00.1.0", "s99.1.0", "nothing", "s00.1.0.0", "%2e%2e"}) {
            assertThat(caller.get(server.url(LISTS + "/" + name)).statusCode())
                    .as(name)
                    .isIn(400, 404);
        }
        assertThat(caller.get(server.url(LISTS + "/s00.1.0?time=1686925000")).statusCode())
                .isEqualTo(501);
    }

    @Test
    void isNamedInTheMetadata() throws Exception {
        for (String document : new String[] {"oauth-authorization-server", "openid-configuration"}) {
            assertThat(JSONObjectUtils.parse(
                            caller.get(server.url("/.well-known/" + document)).body()))
                    .containsEntry("status_list_aggregation_endpoint", TestServer.ISSUER + LISTS);
        }
    }

    @Test
    void measuresAndWatchesTheLists() {
        assertThat(caller.get(server.managementUrl("/actuator/prometheus")).body())
                .contains("sipoauth_status_lists_revoked ")
                .contains("sipoauth_status_lists_age_seconds ")
                .contains("sipoauth_status_lists_restored_total ");
        assertThat(caller.get(server.managementUrl("/actuator/health/readiness"))
                        .statusCode())
                .isEqualTo(200);
    }

    /** At the server that started last: each gives the demo's subscribers passwords of its own. */
    private static Login logIn(String subscriber, String device) throws ParseException {
        return Login.of(new TestPhone(other).logIn(subscriber, device).text("access_token"));
    }

    private void awaitBit(TestServer asked, Login login, boolean set) {
        TestPhone phone = new TestPhone(asked);
        await().atMost(SOON).untilAsserted(() -> {
            HttpResponse<String> answer = phone.get(asked.url(login.path()));
            assertThat(answer.statusCode()).isEqualTo(200);
            JWTClaimsSet claims = verified(phone, asked, answer.body());
            assertThat(claims.getSubject()).isEqualTo(login.uri());
            assertThat(PublishedBits.of(claims).get(login.index())).isEqualTo(set);
        });
    }

    private static JWTClaimsSet verified(TestPhone phone, TestServer asked, String token) throws Exception {
        SignedJWT jwt = SignedJWT.parse(token);
        JWKSet keys = JWKSet.parse(phone.get(asked.url("/oauth2/jwks")).body());
        assertThat(jwt.verify(new ECDSAVerifier(
                        keys.getKeyByKeyId(jwt.getHeader().getKeyID()).toECKey())))
                .isTrue();
        return jwt.getJWTClaimsSet();
    }

    /** What an access token tells about its login. */
    private record Login(String session, String uri, int index) {

        @SuppressWarnings("unchecked")
        static Login of(String accessToken) throws ParseException {
            JWTClaimsSet claims = JWTParser.parse(accessToken).getJWTClaimsSet();
            Map<String, Object> list =
                    (Map<String, Object>) claims.getJSONObjectClaim("status").get("status_list");
            return new Login(
                    claims.getStringClaim("sid"), (String) list.get("uri"), Math.toIntExact((Long) list.get("idx")));
        }

        String path() {
            return uri.substring(TestServer.ISSUER.length());
        }
    }
}
