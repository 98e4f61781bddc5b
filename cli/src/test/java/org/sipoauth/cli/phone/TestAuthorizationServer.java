package org.sipoauth.cli.phone;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.sipoauth.cli.TestHttpsServer;
import org.sipoauth.cli.TestPki;
import org.sipoauth.cli.TestTokens;

/**
 * A small authorization server with a provisioning service: enough of RFC 6749, 7636, 8414, 8628 and 9207 to see whether a phone
 * follows them, strict where a real one is.
 */
final class TestAuthorizationServer implements AutoCloseable {
    static final String PASSWORD = "correct horse & battery";

    private static final String LOGIN_PAGE = "<html><body><form method='post' action=\"/login?for=phones&amp;x=1\">"
            + "<input type=\"hidden\" name=\"_csrf\" value=\"%s\"/><input name=username>"
            + "<input type='password' name='password'></form></body></html>";

    /** Every refresh token that was presented, in order. */
    final List<String> refreshTokensSeen = new CopyOnWriteArrayList<>();

    final List<Map<String, String>> authorizationRequests = new CopyOnWriteArrayList<>();

    /** The status of the next refreshes, taken from the front; then they are decided again. */
    final List<Integer> refreshFailures = new CopyOnWriteArrayList<>();

    /** Client and token of every revocation request, in order. */
    final List<String> revoked = new CopyOnWriteArrayList<>();

    /** The device code of every poll, in order. */
    final List<String> polls = new CopyOnWriteArrayList<>();

    /** What the next polls are told, an error or a status above 500, taken from the front; then they get tokens. */
    final List<String> pollAnswers = new CopyOnWriteArrayList<>();

    /** Path and fields of every token request by a grant that is ours alone, in order. */
    final List<Map<String, String>> proofs = new CopyOnWriteArrayList<>();

    /** What the next of them are told, as with polls. */
    final List<String> proofAnswers = new CopyOnWriteArrayList<>();

    /** What a phone that asks for codes gets, beside the addresses. */
    volatile String deviceCodes =
            "\"device_code\":\"device-code-1\",\"user_code\":\"WDJB-MJHT\",\"expires_in\":600,\"interval\":7";

    final List<Map<String, String>> deviceAuthorizationRequests = new CopyOnWriteArrayList<>();
    volatile int deviceAuthorizationStatus = 200;

    /** The status of every answer to a phone that may have its configuration, in order. */
    final List<Integer> configurationAnswers = new CopyOnWriteArrayList<>();

    volatile int revocationStatus = 200;
    volatile int mode = 1;
    volatile int sipPort = 5090;
    volatile int edgePort = 5091;
    volatile Duration tokenLifetime = Duration.ofHours(1);
    volatile Optional<String> errorInAnswer = Optional.empty();
    volatile boolean providesConfiguration = true;

    private final TestHttpsServer https;
    private final TestTokens tokens = new TestTokens();
    private final Map<String, String> challengeByCode = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> requestBySession = new ConcurrentHashMap<>();
    private final AtomicInteger counter = new AtomicInteger();
    private volatile String newestAccessToken = "";
    private volatile String newestRefreshToken = "";

    TestAuthorizationServer(TestPki pki) {
        https = new TestHttpsServer(pki)
                .on("/CSFALICE.cnf.xml", this::configuration)
                .on("/.well-known/oauth-authorization-server", this::metadata)
                .on("/oauth2/authorize", this::authorize)
                .on("/login", this::login)
                .on("/oauth2/token", this::token)
                .on("/mtls/token", this::token)
                .on("/oauth2/device_authorization", this::authorizeDevice)
                .on("/oauth2/revoke", this::revoke);
    }

    URI address() {
        return https.address();
    }

    URI tokenEndpoint() {
        return address().resolve("/oauth2/token");
    }

    String accessToken() {
        return newestAccessToken;
    }

    /** A login as after a sign-in. */
    Tokens signIn() {
        issue();
        Instant now = Instant.now();
        return new Tokens(newestAccessToken, Optional.of(newestRefreshToken), now, now.plus(tokenLifetime));
    }

    /** As when the login is revoked: what was issued is not taken any more. */
    void endLogin() {
        newestAccessToken = "";
        newestRefreshToken = "";
    }

    private void configuration(HttpExchange exchange) throws IOException {
        String credentials = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .orElse("");
        if (!providesConfiguration) {
            exchange.sendResponseHeaders(503, -1);
        } else if (mode == 1 && !credentials.equals("Bearer " + newestAccessToken)) {
            exchange.getResponseHeaders()
                    .set("WWW-Authenticate", "Bearer authz_server=\"" + address() + "\", realm=\"ccmsipline\"");
            exchange.sendResponseHeaders(401, -1);
        } else {
            String tag = "\"" + mode + "-" + sipPort + "\"";
            exchange.getResponseHeaders().set("ETag", tag);
            boolean known = tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
            configurationAnswers.add(known ? 304 : 200);
            if (known) {
                exchange.sendResponseHeaders(304, -1);
            } else {
                send(
                        exchange,
                        200,
                        PhoneConfigurationTest.xml("CSFALICE", mode, sipPort).replace(">5091<", ">" + edgePort + "<"));
            }
        }
    }

    private void metadata(HttpExchange exchange) throws IOException {
        send(
                exchange,
                200,
                "{\"issuer\":\"" + address() + "\",\"authorization_endpoint\":\"" + address() + "/oauth2/authorize\","
                        + "\"token_endpoint\":\"" + tokenEndpoint() + "\","
                        + "\"device_authorization_endpoint\":\"" + address() + "/oauth2/device_authorization\","
                        + "\"mtls_endpoint_aliases\":{\"token_endpoint\":\"" + address() + "/mtls/token\"},"
                        + "\"revocation_endpoint\":\"" + address() + "/oauth2/revoke\","
                        + "\"code_challenge_methods_supported\":[\"S256\"],"
                        + "\"authorization_response_iss_parameter_supported\":true}");
    }

    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> request = fields(exchange.getRequestURI().getRawQuery());
        authorizationRequests.add(request);
        String session = "session-" + counter.incrementAndGet();
        requestBySession.put(session, request);
        exchange.getResponseHeaders().set("Set-Cookie", "SID=" + session + "; Path=/; Secure; HttpOnly; SameSite=Lax");
        redirect(exchange, "/login");
    }

    private void login(HttpExchange exchange) throws IOException {
        String cookie = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Cookie"))
                .orElse("");
        String session = cookie.replaceFirst(".*SID=\"?", "").replaceFirst("[\";].*", "");
        if (!requestBySession.containsKey(session)) {
            exchange.sendResponseHeaders(400, -1);
        } else if (exchange.getRequestMethod().equals("GET")) {
            send(exchange, 200, LOGIN_PAGE.formatted("csrf&quot;" + session));
        } else {
            Map<String, String> form = body(exchange);
            boolean own = ("csrf\"" + session).equals(form.get("_csrf"));
            boolean right = "alice".equals(form.get("username")) && PASSWORD.equals(form.get("password"));
            redirect(exchange, own && right ? answer(requestBySession.get(session)) : "/login?error");
        }
    }

    private String answer(Map<String, String> request) {
        String code = "code-" + counter.incrementAndGet();
        challengeByCode.put(code, request.get("code_challenge"));
        String outcome = errorInAnswer.map(error -> "error=" + error).orElse("code=" + code);
        return request.get("redirect_uri") + "?" + outcome + "&state=" + request.get("state") + "&iss=" + address();
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> form = body(exchange);
        boolean allowed;
        if (form.get("grant_type").equals("refresh_token")) {
            refreshTokensSeen.add(form.get("refresh_token"));
            if (!refreshFailures.isEmpty()) {
                exchange.sendResponseHeaders(refreshFailures.remove(0), -1);
                return;
            }
            allowed = !newestRefreshToken.isEmpty() && newestRefreshToken.equals(form.get("refresh_token"));
        } else if (form.get("grant_type").startsWith("urn:")) {
            String answer;
            if (form.containsKey("device_code")) {
                polls.add(form.get("device_code"));
                answer = pollAnswers.isEmpty() ? "" : pollAnswers.remove(0);
            } else {
                form.put("path", exchange.getRequestURI().getPath());
                proofs.add(form);
                answer = proofAnswers.isEmpty() ? "" : proofAnswers.remove(0);
            }
            if (answer.startsWith("5")) {
                exchange.sendResponseHeaders(Integer.parseInt(answer), -1);
                return;
            }
            if (!answer.isEmpty()) {
                send(exchange, 400, "{\"error\":\"" + answer + "\"}");
                return;
            }
            allowed = true;
        } else {
            String challenge = challengeByCode.remove(form.get("code"));
            allowed = challenge != null && challenge.equals(s256(form.get("code_verifier")));
        }
        if (!allowed) {
            send(exchange, 400, "{\"error\":\"invalid_grant\",\"error_description\":\"not taken\"}");
            return;
        }
        issue();
        send(
                exchange,
                200,
                "{\"access_token\":\"" + newestAccessToken + "\",\"token_type\":\"Bearer\",\"expires_in\":"
                        + tokenLifetime.toSeconds() + ",\"refresh_token\":\"" + newestRefreshToken + "\"}");
    }

    private void authorizeDevice(HttpExchange exchange) throws IOException {
        deviceAuthorizationRequests.add(body(exchange));
        send(
                exchange,
                deviceAuthorizationStatus,
                deviceAuthorizationStatus == 200
                        ? "{" + deviceCodes + ",\"verification_uri\":\"" + address() + "/device\","
                                + "\"verification_uri_complete\":\"" + address() + "/device?user_code=WDJB-MJHT\"}"
                        : "{\"error\":\"unauthorized_client\"}");
    }

    private void revoke(HttpExchange exchange) throws IOException {
        Map<String, String> form = body(exchange);
        revoked.add(form.get("client_id") + " " + form.get("token"));
        exchange.sendResponseHeaders(revocationStatus, -1);
    }

    private void issue() {
        newestAccessToken = tokens.token("alice", Instant.now(), tokenLifetime);
        newestRefreshToken = "refresh-" + counter.incrementAndGet();
    }

    private static String s256(String verifier) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static void redirect(HttpExchange exchange, String location) throws IOException {
        exchange.getResponseHeaders().set("Location", location);
        exchange.sendResponseHeaders(302, -1);
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static Map<String, String> body(HttpExchange exchange) throws IOException {
        return fields(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    }

    private static Map<String, String> fields(String encoded) {
        Map<String, String> fields = new HashMap<>();
        for (String field : encoded.split("&")) {
            String[] parts = field.split("=", 2);
            fields.put(
                    URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
                    URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return fields;
    }

    @Override
    public void close() {
        https.close();
    }
}
