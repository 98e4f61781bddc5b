package org.sipoauth.authz.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.client.MachineSecretEncoder;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Every parameter of every endpoint for phones and people, with every value of a list of bad ones. The endpoints are those
 * of the running server: one that nobody has entered here makes the test fail. The administration API is not among them.
 */
class HostileInputIT {
    private static final String SECRET = "a secret of the service";
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");
    private static final String SCRIPT = "<script>alert(1)</script>";

    /** Percent-encoded already, for some are no text at all. */
    private static final List<String> BAD_VALUES = Stream.concat(
                    Stream.of(
                                    "",
                                    " ",
                                    SCRIPT,
                                    "\"><img src=x onerror=alert(1)>",
                                    "javascript:alert(1)",
                                    "x\r\nX-Injected: yes",
                                    "x\0y",
                                    "../../../../etc/passwd",
                                    "${7*7}#{7*7}{{7*7}}__${T(java.lang.Runtime)}__::.x",
                                    "' OR '1'='1",
                                    "null",
                                    "-1",
                                    "99999999999999999999",
                                    "{\"a\":[1]}",
                                    "\u202e\ufeff\ud835\udd4f",
                                    "https://evil.example.com/",
                                    "urn:ietf:params:oauth:request_uri:x___99999999999999",
                                    "a".repeat(6_000),
                                    "\u00e9".repeat(1_000))
                            .map(text -> URLEncoder.encode(text, UTF_8)),
                    Stream.of("%FF%FE%80", "%C0%AF", "%ED%A0%80", "%zz", "%"))
            .toList();

    /** What somebody sends who means no harm. A path ends at the first space; people's pages are asked by a browser. */
    private static final Map<String, Map<String, String>> ENDPOINTS = new LinkedHashMap<>();

    static {
        Map<String, String> authorization = TestPhone.request("CSFALICE");
        authorization.put("nonce", "n-1");
        authorization.put("prompt", "consent");
        authorization.put("max_age", "60");
        authorization.put("request_uri", "");
        authorization.put("dpop_jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        endpoint("GET /oauth2/authorize", authorization);
        endpoint("POST /oauth2/authorize", Map.of("client_id", "softphone", "state", "x", "scope", "sip.register"));
        Map<String, String> pushed = TestPhone.request("CSFALICE");
        pushed.put("dpop_jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        pushed.put("prompt", "login");
        endpoint("POST /oauth2/par", pushed);
        endpoint(
                "POST /oauth2/token code",
                Map.of(
                        "grant_type",
                        "authorization_code",
                        "client_id",
                        "softphone",
                        "code",
                        "x",
                        "redirect_uri",
                        TestPhone.REDIRECT_URI,
                        "code_verifier",
                        TestPhone.VERIFIER));
        endpoint(
                "POST /oauth2/token refresh",
                Map.of(
                        "grant_type",
                        "refresh_token",
                        "client_id",
                        "softphone",
                        "refresh_token",
                        "x",
                        "scope",
                        "sip.register"));
        endpoint(
                "POST /oauth2/token device",
                Map.of(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:device_code",
                        "client_id",
                        "deskphone",
                        "device_code",
                        "x"));
        endpoint(
                "POST /oauth2/token service",
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        "service",
                        "client_secret",
                        SECRET,
                        "scope",
                        "introspect"));
        endpoint("POST /oauth2/revoke", Map.of("client_id", "softphone", "token", "x", "token_type_hint", "x"));
        endpoint(
                "POST /oauth2/introspect",
                Map.of("client_id", "service", "client_secret", SECRET, "token", "x", "token_type_hint", "x"));
        endpoint(
                "POST /oauth2/device_authorization",
                Map.of("client_id", "deskphone", "scope", "sip.register", "device_name", "SEP00005E005301"));
        endpoint("GET /oauth2/jwks", Map.of("x", "y"));
        endpoint("GET /.well-known/oauth-authorization-server", Map.of("x", "y"));
        endpoint("GET /.well-known/openid-configuration", Map.of("x", "y"));
        endpoint("GET /login", Map.of("failed", "", "signed-out", ""));
        endpoint("POST /login", Map.of("username", "nobody", "password", "x", "remember", "yes"));
        endpoint("GET /logout", Map.of("x", "y"));
        endpoint("GET /", Map.of("x", "y"));
        endpoint("GET /change-password", Map.of("x", "y"));
        endpoint("POST /change-password", Map.of("current", "x", "chosen", "y", "again", "z"));
        endpoint("GET /device", Map.of("user_code", "WDJB-MJHT"));
        endpoint("POST /device", Map.of("user_code", "WDJB-MJHT"));
        endpoint("POST /device/decision", Map.of("user_code", "WDJB-MJHT", "decision", "deny"));
        endpoint("GET /device/qr.png", Map.of("user_code", "WDJB-MJHT"));
        endpoint("GET /consent", Map.of("client_id", "app", "scope", "sip.register", "state", "x"));
        endpoint("GET /applications", Map.of("x", "y"));
        endpoint("POST /applications/withdraw", Map.of("client_id", "app"));
        endpoint("GET /edges", Map.of("x", "y"));
        endpoint("GET /sip-oauth-mode", Map.of("x", "y"));
        endpoint("GET /sip-oauth-ports", Map.of("x", "y"));
        endpoint("GET /oauth2/status-lists", Map.of("x", "y"));
    }

    /** Of Spring's filters that answer something, what each answers; empty where it is not offered. */
    private static final Map<String, String> FILTERS = Map.ofEntries(
            Map.entry("OAuth2AuthorizationEndpointFilter", "/oauth2/authorize"),
            Map.entry("OAuth2PushedAuthorizationRequestEndpointFilter", "/oauth2/par"),
            Map.entry("OAuth2TokenEndpointFilter", "/oauth2/token"),
            Map.entry("OAuth2TokenIntrospectionEndpointFilter", "/oauth2/introspect"),
            Map.entry("OAuth2TokenRevocationEndpointFilter", "/oauth2/revoke"),
            Map.entry("OAuth2DeviceAuthorizationEndpointFilter", "/oauth2/device_authorization"),
            Map.entry("OAuth2AuthorizationServerMetadataEndpointFilter", "/.well-known/oauth-authorization-server"),
            Map.entry("OidcProviderConfigurationEndpointFilter", "/.well-known/openid-configuration"),
            Map.entry("NimbusJwkSetEndpointFilter", "/oauth2/jwks"),
            Map.entry("OAuth2DeviceVerificationEndpointFilter", ""),
            Map.entry("OidcLogoutEndpointFilter", ""),
            Map.entry("OidcUserInfoEndpointFilter", ""));

    /** Handlers that have tests of their own, or take nothing but a name in the path. */
    private static final List<String> ELSEWHERE =
            List.of("/admin/api/", "/console", "/error", "/oauth2/jwks", "/{", "/oauth2/status-lists/{", "${");

    @TempDir
    static Path folder;

    private static TestServer server;
    private static TestPhone person;
    private static String csrf;

    @BeforeAll
    static void start() {
        server = TestServer.start(
                folder,
                "--sipoauth.clients[0].id=service",
                "--sipoauth.clients[0].secret-hash=" + new MachineSecretEncoder().encode(SECRET),
                "--sipoauth.clients[0].grant-types[0]=client_credentials",
                "--sipoauth.clients[0].scopes[0]=introspect",
                "--sipoauth.clients[1].id=app",
                "--sipoauth.clients[1].third-party=true",
                "--sipoauth.clients[1].grant-types[0]=authorization_code",
                "--sipoauth.clients[1].scopes[0]=sip.register",
                "--sipoauth.clients[1].redirect-uris[0]=https://app.example.com/callback");
        person = new TestPhone(server);
        person.signIn("alice", server.passwordOf("alice"));
        Matcher token = CSRF.matcher(person.get(server.url("/change-password")).body());
        assertThat(token.find()).isTrue();
        csrf = token.group(1);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void endpoint(String name, Map<String, String> parameters) {
        ENDPOINTS.put(name, parameters);
    }

    @Test
    void knowsEveryEndpoint() {
        Set<String> known =
                ENDPOINTS.keySet().stream().map(name -> name.split(" ")[1]).collect(Collectors.toSet());
        Set<String> there = new TreeSet<>();
        server.bean(FilterChainProxy.class).getFilterChains().stream()
                .flatMap(chain -> chain.getFilters().stream())
                .map(filter -> filter.getClass().getSimpleName())
                .filter(name -> name.endsWith("EndpointFilter"))
                .forEach(name -> there.add(FILTERS.getOrDefault(name, "the path of " + name)));
        server.bean(RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .forEach(mapping -> there.addAll(mapping.getPatternValues()));
        there.removeIf(path -> path.isEmpty() || ELSEWHERE.stream().anyMatch(path::startsWith));

        assertThat(known).containsAll(there);
    }

    static Stream<String> endpoints() {
        return ENDPOINTS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void answersWithAnErrorOfTheProtocolWhateverAParameterIs(String endpoint) {
        Map<String, String> good = new LinkedHashMap<>();
        ENDPOINTS.get(endpoint).forEach((name, value) -> good.put(name, URLEncoder.encode(value, UTF_8)));
        for (String parameter : good.keySet()) {
            for (String bad : BAD_VALUES) {
                judge(endpoint, with(good, parameter, parameter + "=" + bad));
            }
            judge(endpoint, with(good, parameter, "")); // is missing
            judge(endpoint, with(good, parameter, parameter)); // has no value
            String twice = parameter + "=" + good.get(parameter);
            judge(endpoint, with(good, parameter, twice + "&" + twice));
            judge(endpoint, with(good, parameter, parameter + "=&" + twice));
        }
        judge(endpoint, "");
        judge(endpoint, "&&==&=x&");
        judge(endpoint, with(good, "none", "unknown=" + BAD_VALUES.get(2)));
    }

    @Test
    void isUnharmed() {
        assertThat(new TestPhone(server).logIn("bob", "CSFBOB").status()).isEqualTo(200);
    }

    private static String with(Map<String, String> good, String replaced, String by) {
        List<String> parts = new ArrayList<>();
        good.forEach((name, value) -> {
            if (!name.equals(replaced)) {
                parts.add(name + "=" + value);
            }
        });
        parts.add(by);
        return parts.stream().filter(part -> !part.isEmpty()).collect(Collectors.joining("&"));
    }

    private static void judge(String endpoint, String parameters) {
        HttpResponse<String> answer = ask(endpoint, parameters);
        String context = endpoint + " with " + parameters + ": " + answer.statusCode() + " " + answer.body();
        assertThat(answer.statusCode()).as(context).isLessThan(500);
        assertThat(answer.headers().firstValue("X-Injected")).as(context).isEmpty();
        assertThat(answer.body())
                .as(context)
                .doesNotContain(SCRIPT, "<img src=x", "Exception", "\tat ", "org.springframework", "root:x:");
        answer.headers()
                .firstValue("Location")
                .ifPresent(to -> assertThat(to)
                        .as(context)
                        .matches("(https://localhost(:\\d+)?)?/.*|http://127\\.0\\.0\\.1(:49152)?/callback\\?.*"));
        boolean machine = endpoint.startsWith("POST /oauth2/") && !endpoint.contains("/authorize");
        if (machine && answer.statusCode() >= 400) {
            assertThat(errorOf(answer)).as(context).matches("[a-z_]+");
        }
    }

    /** RFC 6749 §5.2; Tomcat's own answer where it could not even read the parameters. */
    private static String errorOf(HttpResponse<String> answer) {
        try {
            return String.valueOf(JSONObjectUtils.parse(answer.body()).get("error"))
                    .replace("Bad Request", "unreadable");
        } catch (ParseException e) {
            return answer.body();
        }
    }

    private static HttpResponse<String> ask(String endpoint, String parameters) {
        String[] parts = endpoint.split(" ");
        boolean page = !parts[1].startsWith("/oauth2/");
        HttpRequest.Builder request;
        if (parts[0].equals("GET")) {
            request = HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + parts[1] + "?"
                            + parameters.replaceAll("%(?![0-9A-Fa-f]{2})", "%25")))
                    .GET();
        } else {
            request = HttpRequest.newBuilder(server.url(parts[1]))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            page ? parameters + "&_csrf=" + URLEncoder.encode(csrf, UTF_8) : parameters));
        }
        return person.send(request.timeout(Duration.ofSeconds(30)).build());
    }
}
