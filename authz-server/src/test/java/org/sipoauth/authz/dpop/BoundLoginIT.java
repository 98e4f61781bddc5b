package org.sipoauth.authz.dpop;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTParser;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.client.MachineSecretEncoder;

/** Logins that a phone has bound to its key: what binding does, and what it does not, over HTTPS. */
class BoundLoginIT {
    private static final String TOKEN = TestServer.ISSUER + "/oauth2/token";
    private static final String SECRET = "a secret of the service";

    @TempDir
    static Path folder;

    private static TestServer server;

    private final TestPhone phone = new TestPhone(server);
    private final ECKey key = TestProof.key();

    @BeforeAll
    static void start() {
        server = TestServer.start(
                folder,
                "--sipoauth.clients[0].id=service",
                "--sipoauth.clients[0].secret-hash=" + new MachineSecretEncoder().encode(SECRET),
                "--sipoauth.clients[0].grant-types[0]=client_credentials",
                "--sipoauth.clients[0].scopes[0]=introspect",
                "--sipoauth.clients[0].scopes[1]=sip.register");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** RFC 9449 §5: "this has the effect of DPoP-binding the refresh token alone". */
    @Test
    void bindsTheRefreshTokenOfAPhoneAndLeavesItATokenThatSipCanCarry() throws Exception {
        Answer tokens = logIn(key);

        assertThat(tokens.text("token_type")).isEqualTo("Bearer");
        assertThat(JWTParser.parse(tokens.text("access_token"))
                        .getJWTClaimsSet()
                        .getClaim("cnf"))
                .isNull();
        assertThat(refresh(tokens, proof(key)).status()).isEqualTo(200);
    }

    @Test
    void bindsTheAccessTokenOfAnybodyElse() throws Exception {
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("scope", "openid");
        Answer tokens = phone.redeem(phone.authorize("alice", request).get("code"), proof(key));

        assertThat(tokens.text("token_type")).isEqualTo("DPoP");
        assertThat(JWTParser.parse(tokens.text("access_token"))
                        .getJWTClaimsSet()
                        .getClaim("cnf"))
                .isEqualTo(Map.of("jkt", key.computeThumbprint().toString()));
    }

    @Test
    void refusesTheRefreshTokenWithoutTheProofAndKeepsItForThePhone() throws Exception {
        Answer tokens = logIn(key);

        assertThat(refresh(tokens).text("error")).isEqualTo("invalid_grant");
        assertThat(refresh(tokens, proof(TestProof.key())).text("error")).isEqualTo("invalid_grant");

        Answer renewed = refresh(tokens, proof(key));
        assertThat(renewed.status()).isEqualTo(200);
        assertThat(refresh(renewed, proof(key)).status()).isEqualTo(200);
    }

    /** Else a thief could bind a stolen login to a key of their own. */
    @Test
    void bindsNoLoginThatWasBegunWithoutAProof() {
        Answer tokens = phone.logIn("alice", "CSFALICE");

        assertThat(refresh(tokens, proof(key)).text("error")).isEqualTo("invalid_grant");
        assertThat(refresh(tokens).status()).isEqualTo(200);
    }

    @Test
    void refusesAProofTwiceAndOneForAnotherEndpoint() throws Exception {
        Answer tokens = logIn(key);
        String proof = proof(key);

        assertThat(refresh(tokens, proof).status()).isEqualTo(200);
        assertThat(refresh(tokens, proof).text("error")).isEqualTo("invalid_dpop_proof");
        assertThat(refresh(tokens, TestProof.of(key, TestServer.ISSUER + "/oauth2/par"))
                        .text("error"))
                .isEqualTo("invalid_dpop_proof");
        assertThat(refresh(tokens, proof(key), proof(key)).text("error")).isEqualTo("invalid_request");
    }

    @Test
    void leavesACodeGoodWhoseProofWasWrong() {
        String code = phone.authorize("alice", TestPhone.request("CSFALICE")).get("code");

        assertThat(phone.redeem(code, "not a proof").text("error")).isEqualTo("invalid_dpop_proof");
        assertThat(phone.redeem(code, proof(key)).status()).isEqualTo(200);
    }

    /** RFC 9449 §10. */
    @Test
    void givesNothingForACodeThatWasAskedForWithAnotherKey() throws Exception {
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("dpop_jkt", key.computeThumbprint().toString());

        assertThat(phone.redeem(phone.authorize("alice", request).get("code")).text("error"))
                .isEqualTo("invalid_grant");
        assertThat(phone.redeem(phone.authorize("alice", request).get("code"), proof(TestProof.key()))
                        .text("error"))
                .isEqualTo("invalid_grant");
        assertThat(phone.redeem(phone.authorize("alice", request).get("code"), proof(key))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void bindsTheTokenOfAServiceUnlessItIsForSip() throws Exception {
        Answer other = serviceToken("introspect");
        Answer sip = serviceToken("sip.register");

        assertThat(other.text("token_type")).isEqualTo("DPoP");
        assertThat(sip.text("token_type")).isEqualTo("Bearer");
        assertThat(introspect(other.text("access_token")).json())
                .containsEntry("active", true)
                .containsEntry("token_type", "DPoP")
                .containsEntry("cnf", Map.of("jkt", key.computeThumbprint().toString()));
        assertThat(introspect(sip.text("access_token")).json())
                .containsEntry("token_type", "Bearer")
                .doesNotContainKey("cnf");
    }

    /** RFC 9449 §7: at this server's own interfaces. */
    @Test
    void administersWithABoundTokenAndAProofForTheRequest() throws Exception {
        String[] admin = Files.readString(folder.resolve("data/admin-client.txt"))
                .strip()
                .split(":");
        Map<String, String> form = Map.of(
                "grant_type",
                "client_credentials",
                "client_id",
                admin[0],
                "client_secret",
                admin[1],
                "scope",
                "admin.read");
        String token = phone.post("/oauth2/token", form, "DPoP", proof(key)).text("access_token");
        String unbound = phone.post("/oauth2/token", form).text("access_token");
        URI devices = server.url("/admin/api/v1/devices?limit=1");
        String address = TestServer.ISSUER + "/admin/api/v1/devices";

        HttpResponse<String> asBearer = phone.get(devices, "Authorization", "Bearer " + token);
        assertThat(asBearer.statusCode()).isEqualTo(401);
        assertThat(asBearer.headers().firstValue("WWW-Authenticate").orElse(""))
                .startsWith("Bearer")
                .contains("error=\"invalid_token\"");

        String proof = get(address, token).sign();
        assertThat(phone.get(devices, "Authorization", "DPoP " + token, "DPoP", proof)
                        .statusCode())
                .isEqualTo(200);
        Map<String, HttpResponse<String>> refused = Map.of(
                "used before", phone.get(devices, "Authorization", "DPoP " + token, "DPoP", proof),
                "without a proof", phone.get(devices, "Authorization", "DPoP " + token),
                "by another key",
                        withProof(
                                devices,
                                token,
                                TestProof.at(TestProof.key(), address, Instant.now())
                                        .with("htm", "GET")
                                        .with("ath", TestProof.hash(token))),
                "for another method",
                        withProof(devices, token, get(address, token).with("htm", "DELETE")),
                "for another address", withProof(devices, token, get(address + "/CSFALICE", token)),
                "for another token", withProof(devices, token, get(address, unbound)),
                "for no token", withProof(devices, token, get(address, token).with("ath", null)),
                "for a token that is bound to no key", withProof(devices, unbound, get(address, unbound)));
        refused.forEach((why, answer) -> {
            assertThat(answer.statusCode()).as(why).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElse(""))
                    .as(why)
                    .startsWith("DPoP")
                    .contains("error=");
        });
        String edges = TestServer.ISSUER + "/admin/api/v1/edges/edge1";
        HttpResponse<String> notEnough = phone.send(HttpRequest.newBuilder(server.url("/admin/api/v1/edges/edge1"))
                .header("Authorization", "DPoP " + token)
                .header("DPoP", get(edges, token).with("htm", "DELETE").sign())
                .DELETE()
                .build());
        assertThat(notEnough.statusCode()).isEqualTo(403);
        assertThat(notEnough.headers().firstValue("WWW-Authenticate"))
                .hasValue("DPoP error=\"insufficient_scope\", scope=\"admin\", algs=\"" + DpopProofs.ALGORITHMS + '"');
        assertThat(notEnough.body()).contains("access token with the scope admin");
    }

    /** A token for the same device that is not for SIP: a refresh narrows it, and only then it is bound. */
    @Test
    void givesAConfigurationFileToWhoProvesTheKeyOfABoundToken() throws Exception {
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("scope", "sip.register openid");
        Answer login = phone.redeem(phone.authorize("alice", request).get("code"), proof(key));
        Answer narrowed = phone.post(
                "/oauth2/token",
                Map.of(
                        "grant_type",
                        "refresh_token",
                        "client_id",
                        "softphone",
                        "refresh_token",
                        login.text("refresh_token"),
                        "scope",
                        "openid"),
                "DPoP",
                proof(key));
        assertThat(narrowed.text("token_type")).isEqualTo("DPoP");
        String token = narrowed.text("access_token");
        URI file = server.provisioningUrl("/CSFALICE.cnf.xml");

        assertThat(phone.get(file, "Authorization", "Bearer " + token).statusCode())
                .isEqualTo(401);
        assertThat(withProof(file, token, get(file.toString(), token)).statusCode())
                .isEqualTo(200);
        HttpResponse<String> wrongAddress = withProof(file, token, get(TestServer.ISSUER + "/CSFALICE.cnf.xml", token));
        URI anothers = server.provisioningUrl("/CSFBOB.cnf.xml");
        HttpResponse<String> wrongDevice = withProof(anothers, token, get(anothers.toString(), token));
        String challenge = "DPoP authz_server=\"" + TestServer.ISSUER
                + "\", realm=\"ccmsipline\", error=\"%s\", algs=\"" + String.join(" ", proofAlgorithms()) + '"';
        assertThat(List.of(wrongAddress.statusCode(), wrongDevice.statusCode())).containsExactly(401, 401);
        assertThat(wrongAddress.headers().allValues("WWW-Authenticate"))
                .containsExactly(challenge.formatted("invalid_dpop_proof"));
        assertThat(wrongDevice.headers().allValues("WWW-Authenticate"))
                .containsExactly(challenge.formatted("invalid_token"));
    }

    private List<String> proofAlgorithms() throws Exception {
        String metadata =
                phone.get(server.url("/.well-known/oauth-authorization-server")).body();
        return JSONObjectUtils.getStringList(JSONObjectUtils.parse(metadata), "dpop_signing_alg_values_supported");
    }

    private TestProof get(String address, String token) {
        return TestProof.at(key, address, Instant.now()).with("htm", "GET").with("ath", TestProof.hash(token));
    }

    private HttpResponse<String> withProof(URI address, String token, TestProof proof) {
        return phone.get(address, "Authorization", "DPoP " + token, "DPoP", proof.sign());
    }

    private Answer serviceToken(String scope) {
        return phone.post(
                "/oauth2/token",
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        "service",
                        "client_secret",
                        SECRET,
                        "scope",
                        scope),
                "DPoP",
                proof(key));
    }

    private Answer introspect(String token) {
        return phone.post(
                "/oauth2/introspect", Map.of("client_id", "service", "client_secret", SECRET, "token", token));
    }

    private Answer logIn(ECKey key) {
        return phone.redeem(
                phone.authorize("alice", TestPhone.request("CSFALICE")).get("code"), proof(key));
    }

    private Answer refresh(Answer tokens, String... proofs) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "refresh_token");
        form.put("client_id", "softphone");
        form.put("refresh_token", tokens.text("refresh_token"));
        String[] headers = new String[proofs.length * 2];
        for (int i = 0; i < proofs.length; i++) {
            headers[2 * i] = "DPoP";
            headers[2 * i + 1] = proofs[i];
        }
        return phone.post("/oauth2/token", form, headers);
    }

    private static String proof(ECKey key) {
        return TestProof.of(key, TOKEN);
    }
}
