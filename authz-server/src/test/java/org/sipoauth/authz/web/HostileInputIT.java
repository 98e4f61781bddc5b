package org.sipoauth.authz.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.sipoauth.authz.HostileInput.SCRIPT;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.HostileInput;
import org.sipoauth.authz.TestAuthority;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.client.MachineSecretEncoder;
import org.sipoauth.authz.dpop.TestProof;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Every parameter of every endpoint for phones, services and people, every field of the console's forms, and the headers that
 * carry credentials, with every value of a list of bad ones. The endpoints are those of the running server: one that nobody
 * has entered here makes the test fail. The administration API, configuration files and another provider's answers have tests
 * of their own.
 */
class HostileInputIT {
    private static final String SECRET = "a secret of the service";
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");
    private static final String ACTIVATION = "urn:sipoauth:params:oauth:grant-type:activation-code";
    private static final String CERTIFICATE = "urn:sipoauth:params:oauth:grant-type:manufacturer-certificate";

    /**
     * What somebody sends who means no harm, by method and path, and what tells requests to one path apart. People's pages are
     * asked by a browser, and the token of a form is one more of its fields.
     */
    private static final Map<String, Map<String, String>> ENDPOINTS = new LinkedHashMap<>();

    static {
        Map<String, String> authorization = TestPhone.request("CSFALICE");
        authorization.put("nonce", "n-1");
        authorization.put("prompt", "consent");
        authorization.put("max_age", "60");
        authorization.put("request_uri", "");
        authorization.put("dpop_jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        endpoint("GET /oauth2/authorize", authorization);
        endpoint("POST /oauth2/authorize request", authorization);
        endpoint(
                "POST /oauth2/authorize consent",
                Map.of("client_id", "softphone", "state", "x", "scope", "sip.register"));
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
                "POST /oauth2/token activation",
                Map.of(
                        "grant_type",
                        ACTIVATION,
                        "client_id",
                        "deskphone",
                        "device_name",
                        "SEP00005E005301",
                        "activation_code",
                        "0123-4567-8901-2345"));
        endpoint(
                "POST /oauth2/token certificate",
                Map.of(
                        "grant_type",
                        CERTIFICATE,
                        "client_id",
                        "deskphone",
                        "device_name",
                        "SEP00005E005302",
                        "scope",
                        "sip.register"));
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
        endpoint(
                "POST /oauth2/token service certificate",
                Map.of("grant_type", "client_credentials", "client_id", "backup", "scope", "introspect"));
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
        endpoint("POST /logout", Map.of("x", "y"));
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

    /** Of the filters that answer a request, what each answers; nothing where it is not offered. */
    private static final Map<String, List<String>> ANSWERING = Map.ofEntries(
            Map.entry("PostedRequests", List.of("POST /oauth2/authorize")),
            Map.entry("OAuth2AuthorizationEndpointFilter", List.of("GET /oauth2/authorize", "POST /oauth2/authorize")),
            Map.entry("OAuth2PushedAuthorizationRequestEndpointFilter", List.of("POST /oauth2/par")),
            Map.entry("OAuth2TokenEndpointFilter", List.of("POST /oauth2/token")),
            Map.entry("OAuth2TokenIntrospectionEndpointFilter", List.of("POST /oauth2/introspect")),
            Map.entry("OAuth2TokenRevocationEndpointFilter", List.of("POST /oauth2/revoke")),
            Map.entry("OAuth2DeviceAuthorizationEndpointFilter", List.of("POST /oauth2/device_authorization")),
            Map.entry(
                    "OAuth2AuthorizationServerMetadataEndpointFilter",
                    List.of("GET /.well-known/oauth-authorization-server")),
            Map.entry("OidcProviderConfigurationEndpointFilter", List.of("GET /.well-known/openid-configuration")),
            Map.entry("NimbusJwkSetEndpointFilter", List.of("GET /oauth2/jwks")),
            Map.entry("UsernamePasswordAuthenticationFilter", List.of("POST /login")),
            Map.entry("LogoutFilter", List.of("POST /logout")),
            Map.entry("OAuth2DeviceVerificationEndpointFilter", List.of()),
            Map.entry("OAuth2ProtectedResourceMetadataFilter", List.of()),
            Map.entry("OidcLogoutEndpointFilter", List.of()),
            Map.entry("OidcUserInfoEndpointFilter", List.of()));

    /** Filters that answer nothing but what they turn away, by credentials in headers or by the session. */
    private static final Set<String> PASSING = Set.of(
            "AdministrationRefusals",
            "AnonymousAuthenticationFilter",
            "AuthenticationFilter",
            "AuthorizationFilter",
            "AuthorizationServerContextFilter",
            "BearerTokenAuthenticationFilter",
            "CsrfFilter",
            "DisableEncodeUrlFilter",
            "ExceptionTranslationFilter",
            "HeaderWriterFilter",
            "OAuth2AuthorizationCodeRequestValidatingFilter",
            "OAuth2ClientAuthenticationFilter",
            "PasswordChangeFilter",
            "RequestCacheAwareFilter",
            "SecurityContextHolderAwareRequestFilter",
            "SecurityContextHolderFilter",
            "SessionManagementFilter",
            "ThrottleFilter",
            "WebAsyncManagerIntegrationFilter");

    /** Handlers that have tests of their own: the administration API, errors, configuration files, status lists. */
    private static final List<String> ELSEWHERE =
            List.of("/admin/api/", "/error", "/{device", "/oauth2/status-lists/{", "${");

    /** Where what is wrong is counted. */
    private static final Pattern THROTTLED = Pattern.compile("/device|/login| activation$| certificate$");

    private static final String CONSOLE = "/console";

    /** What console pages take that have all parameters handed to them. */
    private static final Map<String, List<String>> OF_PAGES_THAT_TAKE_ALL = Map.of(
            "GET /console/audit",
                    List.of("user", "device", "session", "client", "event", "outcome", "by", "since", "after"),
            "GET /console/sessions/revoke", List.of("session", "user", "device", "client"),
            "POST /console/sessions/revoke", List.of("session", "user", "device", "client", "reason"),
            "POST /console/parameters/node", List.of("name", "address", "sip_oauth_port", "sip_mra_oauth_port"));

    /** What is typed into a field by whoever means well; any other gets an x. */
    private static final Map<String, String> TYPED = Map.ofEntries(
            Map.entry("name", "CSFHOSTILE"),
            Map.entry("owner", "alice"),
            Map.entry("user", "nobody"),
            Map.entry("addresses", "sip:1001@example.com"),
            Map.entry("profile", "standard-oauth"),
            Map.entry("role", "operator"),
            Map.entry("to", "enabled"),
            Map.entry("use", "refresh_token_authentication"),
            Map.entry("certificate_names", "hostile.example.com"),
            Map.entry("end_logins", "no"),
            Map.entry("position", "1"),
            Map.entry("renewal", "0"),
            Map.entry("value", "60"),
            Map.entry("address", "192.0.2.1"));

    private static final TestAuthority ACME = TestAuthority.create("Acme Manufacturing CA");

    @TempDir
    static Path folder;

    private static TestServer server;
    private static TestPhone person;
    private static TestPhone administrator;
    private static TestPhone deskPhone;
    private static TestPhone backup;
    private static String csrf;
    private static String csrfOfAdministrator;

    @BeforeAll
    static void start() {
        server = TestServer.start(
                folder,
                "--sipoauth.mutual-tls.port=0",
                "--sipoauth.manufacturers[0].name=acme",
                "--sipoauth.manufacturers[0].authorities=" + ACME.writeTo(folder.resolve("acme.pem")),
                "--sipoauth.manufacturers[0].common-name=(SEP[0-9A-F]{12})",
                "--sipoauth.clients[0].id=service",
                "--sipoauth.clients[0].secret-hash=" + new MachineSecretEncoder().encode(SECRET),
                "--sipoauth.clients[0].grant-types[0]=client_credentials",
                "--sipoauth.clients[0].scopes[0]=introspect",
                "--sipoauth.clients[2].id=backup",
                "--sipoauth.clients[2].certificate.subject=CN=backup",
                "--sipoauth.clients[2].certificate.authorities=" + folder.resolve("acme.pem"),
                "--sipoauth.clients[2].grant-types[0]=client_credentials",
                "--sipoauth.clients[2].scopes[0]=introspect",
                "--sipoauth.clients[1].id=app",
                "--sipoauth.clients[1].third-party=true",
                "--sipoauth.clients[1].grant-types[0]=authorization_code",
                "--sipoauth.clients[1].scopes[0]=sip.register",
                "--sipoauth.clients[1].redirect-uris[0]=https://app.example.com/callback");
        person = new TestPhone(server);
        person.signIn("alice", server.passwordOf("alice"));
        csrf = csrf(person, "/change-password");
        server.bean(Accounts.class).create("olga", Account.Kind.ADMINISTRATOR, "the password of olga", false);
        administrator = new TestPhone(server);
        administrator.signIn("olga", "the password of olga");
        csrfOfAdministrator = csrf(administrator, "/console/diagnosis");
        backup = TestPhone.showing(ACME.issue("CN=backup"), server);
        deskPhone = TestPhone.showing(ACME.issue("CN=SEP00005E005302"), server);
    }

    private static String csrf(TestPhone browser, String page) {
        Matcher token = CSRF.matcher(browser.get(server.url(page)).body());
        assertThat(token.find()).isTrue();
        return token.group(1);
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
        Set<String> known = new TreeSet<>();
        ENDPOINTS.keySet().forEach(name -> known.add(name.split(" ")[0] + " " + name.split(" ")[1]));
        Set<String> there = new TreeSet<>();
        server.bean(FilterChainProxy.class).getFilterChains().stream()
                .flatMap(chain -> chain.getFilters().stream())
                .map(filter -> filter.getClass().getSimpleName())
                .filter(name -> !PASSING.contains(name))
                .forEach(name -> there.addAll(ANSWERING.getOrDefault(name, List.of("what " + name + " answers"))));
        handlers().keySet().stream()
                .filter(name -> !name.contains(" " + CONSOLE))
                .forEach(there::add);

        assertThat(known).containsAll(there);
        assertThat(there).as("nothing that is there no more").containsAll(known);
    }

    @Test
    void knowsEveryGrant() throws ParseException {
        Set<String> known = new TreeSet<>();
        ENDPOINTS.forEach((name, parameters) -> {
            if (name.startsWith("POST /oauth2/token ")) {
                known.add(parameters.get("grant_type"));
            }
        });
        String metadata = person.get(server.url("/.well-known/oauth-authorization-server"))
                .body();

        assertThat(JSONObjectUtils.getStringList(JSONObjectUtils.parse(metadata), "grant_types_supported"))
                .containsExactlyInAnyOrderElementsOf(known);
    }

    /** By method and path, all that have no test elsewhere. */
    private static Map<String, HandlerMethod> handlers() {
        Map<String, HandlerMethod> handlers = new TreeMap<>();
        server.bean(RequestMappingHandlerMapping.class).getHandlerMethods().forEach((mapping, handler) -> {
            for (String path : mapping.getPatternValues()) {
                if (ELSEWHERE.stream().noneMatch(path::startsWith)) {
                    mapping.getMethodsCondition()
                            .getMethods()
                            .forEach(method -> handlers.put(method + " " + path, handler));
                }
            }
        });
        return handlers;
    }

    static Stream<String> endpoints() {
        return ENDPOINTS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void answersWithAnErrorOfTheProtocolWhateverAParameterIs(String endpoint) {
        Map<String, String> good = new LinkedHashMap<>(ENDPOINTS.get(endpoint));
        if (endpoint.startsWith("POST ") && isPage(endpoint)) {
            good.put("_csrf", csrf);
        }
        boolean takesNone = good.equals(Map.of("x", "y"));
        for (String parameters : HostileInput.of(good, takesNone ? HostileInput.SOME_VALUES : HostileInput.VALUES)) {
            judge(endpoint, parameters);
        }
    }

    static Stream<String> pagesOfTheConsole() {
        return handlers().keySet().stream().filter(name -> name.contains(" " + CONSOLE));
    }

    @ParameterizedTest
    @MethodSource("pagesOfTheConsole")
    void answersWithAPageOfTheConsoleWhateverIsTyped(String page) {
        Map<String, String> good = new LinkedHashMap<>();
        for (String field : fields(page)) {
            good.put(field, typed(page, field));
        }
        String token = page.startsWith("POST ") ? "&_csrf=" + encoded(csrfOfAdministrator) : "";
        for (String parameters : HostileInput.of(good, HostileInput.SOME_VALUES)) {
            HttpResponse<String> answer = send(administrator, page.replace("{name}", "hostile"), parameters + token);
            HostileInput.assertHarmless(answer, page + " with " + parameters);
            answer.headers()
                    .firstValue("Location")
                    .ifPresent(to ->
                            assertThat(to).as(page + " with " + parameters).matches("(https://localhost(:\\d+)?)?/.*"));
        }
    }

    /** Those that the handler reads, by its signature. */
    private static Set<String> fields(String page) {
        Set<String> fields = new LinkedHashSet<>();
        for (MethodParameter parameter : handlers().get(page).getMethodParameters()) {
            parameter.initParameterNameDiscovery(new DefaultParameterNameDiscoverer());
            RequestParam named = parameter.getParameterAnnotation(RequestParam.class);
            if (named != null && Map.class.isAssignableFrom(parameter.getParameterType())) {
                assertThat(OF_PAGES_THAT_TAKE_ALL)
                        .as("who takes all parameters")
                        .containsKey(page);
                fields.addAll(OF_PAGES_THAT_TAKE_ALL.get(page));
            } else if (named != null) {
                fields.add(named.name().isEmpty() ? parameter.getParameterName() : named.name());
            } else if (parameter.hasParameterAnnotation(ModelAttribute.class)) {
                for (RecordComponent component : parameter.getParameterType().getRecordComponents()) {
                    fields.add(component.getName());
                }
            }
        }
        return fields;
    }

    private static String typed(String page, String field) {
        return page.matches("POST /console/parameters/(change|reset)") && field.equals("name")
                ? "access-token-expiry"
                : TYPED.getOrDefault(field, "x");
    }

    static Stream<String> endpointsWithCredentials() {
        return Stream.of(
                "POST /oauth2/token service",
                "POST /oauth2/token code",
                "POST /oauth2/token certificate",
                "POST /oauth2/token service certificate",
                "POST /oauth2/par",
                "POST /oauth2/introspect",
                "POST /oauth2/revoke",
                "POST /oauth2/device_authorization",
                "GET /admin/api/v1/keys",
                "GET /CSFALICE.cnf.xml");
    }

    /** RFC 6749 §2.3.1, RFC 6750 §2.1, RFC 9449 §4, §7.1. */
    @ParameterizedTest
    @MethodSource("endpointsWithCredentials")
    void answersWithAnErrorOfTheProtocolWhateverCredentialsAre(String endpoint) {
        Map<String, String> named = new LinkedHashMap<>(ENDPOINTS.getOrDefault(endpoint, Map.of()));
        Map<String, String> unnamed = new LinkedHashMap<>(named);
        unnamed.keySet().removeAll(Set.of("client_id", "client_secret"));
        for (String bad : badCredentials()) {
            for (Map<String, String> form : List.of(named, unnamed)) {
                judge(endpoint, form, "Authorization", bad);
            }
        }
        judge(endpoint, named, "Authorization", "Basic YTpi", "Authorization", "Bearer x");
        for (String bad : badProofs()) {
            judge(endpoint, named, "DPoP", bad);
            judge(endpoint, named, "DPoP", bad, "DPoP", bad);
            judge(endpoint, named, "Authorization", "DPoP x.y.z", "DPoP", bad);
        }
    }

    private static List<String> badCredentials() {
        List<String> bad = new ArrayList<>(List.of(
                "Bearer " + new TestPhone(server).logIn("carol", "CSFCAROL").text("access_token"),
                "",
                "Basic",
                "Basic !",
                "Basic \u00ff\u00fe",
                "Bearer",
                "Bearer x y",
                "Bearer " + SCRIPT,
                "Bearer " + "a".repeat(6_000),
                "Bearer eyJhbGciOiJub25lIn0.e30.",
                "Bearer " + base64("{\"alg\":\"ES256\",\"kid\":\"../../x\"}") + ".e30.AA",
                "DPoP",
                "DPoP x",
                "Digest username=\"" + SCRIPT + "\"",
                "Negotiate AAAA",
                SCRIPT,
                ","));
        for (String pair : List.of(
                "",
                ":",
                "service",
                "a:b:c",
                "%zz:%",
                "service:%FF%FE",
                "x\0y:z",
                SCRIPT + ":x",
                "a".repeat(3_000) + ":b")) {
            bad.add("Basic " + base64(pair));
        }
        bad.add("Basic " + Base64.getEncoder().encodeToString(new byte[] {(byte) 0xff, (byte) 0xfe, ':', (byte) 0x80}));
        return bad;
    }

    private static List<String> badProofs() {
        return List.of(
                "",
                "x",
                "..",
                "a.b.c",
                SCRIPT,
                "\u00ff\u00fe.\u00ff.\u00ff",
                "a".repeat(6_000),
                base64("{\"typ\":\"dpop+jwt\",\"alg\":\"none\"}") + ".e30.",
                base64("{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":7}") + ".e30.AA",
                base64(
                                "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}}")
                        + ".e30.AA",
                base64("[".repeat(2_000)) + ".e30.AA",
                TestProof.of(TestProof.key(), SCRIPT),
                TestProof.of(TestProof.key(), "https://[::1"),
                TestProof.of(TestProof.key(), "a".repeat(3_000)));
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }

    /** Bytes that no client would let anybody send; Tomcat may refuse them before anything of ours runs. */
    @Test
    void isUnharmedByBytesThatAreNoHeader() throws Exception {
        for (String header : List.of(
                "Authorization: Basic \u0001\u0002",
                "Authorization: Bearer \0",
                "DPoP: \u00ff\u00fe\u0080",
                "Authorization: Basic " + "a".repeat(20_000),
                "Authorization:",
                "Authorization : Basic x",
                " folded: x",
                "DPoP: a\r\n b",
                ": x",
                "\u00e4: x")) {
            String answer = exchange("POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\n" + header
                    + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            assertThat(answer).as(header).matches("(?s)HTTP/1\\.1 4\\d\\d .*").doesNotContain("Exception", "\tat ");
        }
    }

    private static String exchange(String request) throws IOException {
        try (Socket socket =
                server.certificate().trusting().getSocketFactory().createSocket("localhost", server.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    /** RFC 8705 §2, §4: whatever a certificate says, it is judged and not shown. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CN=\\<script\\>alert(1)\\</script\\>",
                "CN=SEP00005E005302,CN=SEP00005E005301",
                "CN=SEP00005E005302\\00",
                "CN=../../SEP00005E005302",
                "O=nobody",
                "CN=\u202eSEP00005E005302",
            })
    void refusesACertificateWhateverItSays(String subject) {
        TestPhone stranger = TestPhone.showing(ACME.issue(subject), server);
        HttpResponse<String> answer = stranger.send(request(
                server.mutualTlsUrl("/oauth2/token"), "POST", "grant_type=" + CERTIFICATE + "&client_id=deskphone"));

        HostileInput.assertHarmless(answer, subject);
        assertThat(errorOf(answer)).isEqualTo("invalid_grant");
    }

    @Test
    void hasNothingForPeopleWhereCertificatesAreShown() {
        for (String path : List.of(
                "/",
                "/login",
                "/console",
                "/oauth2/par",
                "/oauth2/token/",
                "/oauth2/%74oken",
                "/oauth2/token;x",
                "/oauth2//token",
                "/x/../oauth2/token",
                "/CSFALICE.cnf.xml")) {
            for (String method : List.of("GET", "POST")) {
                HttpResponse<String> answer = deskPhone.send(request(server.mutualTlsUrl(path), method, "x=y"));
                assertThat(answer.statusCode()).as(method + " " + path).isIn(400, 404);
                HostileInput.assertHarmless(answer, path);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"s17.0.0%00", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "..%2f..%2fx", "%ff%fe", "s99.9.9", "%zz"})
    void knowsNoStatusListOfAHostileName(String name) {
        HttpResponse<String> answer = send(person, "GET /oauth2/status-lists/" + name.replaceAll("%zz", "%25zz"), "");

        assertThat(answer.statusCode()).isIn(400, 404);
        HostileInput.assertHarmless(answer, name);
    }

    @Test
    void isUnharmed() {
        assertThat(new TestPhone(server).logIn("bob", "CSFBOB").status()).isEqualTo(200);
    }

    private static boolean isPage(String endpoint) {
        return !endpoint.split(" ")[1].startsWith("/oauth2/");
    }

    private static void judge(String endpoint, Map<String, String> parameters, String... headers) {
        String form = parameters.entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + encoded(parameter.getValue()))
                .collect(Collectors.joining("&"));
        judge(endpoint, form, headers);
    }

    private static void judge(String endpoint, String parameters, String... headers) {
        if (THROTTLED.matcher(endpoint).find()) { // neither the lot nor a full bucket is to hide a value
            StringRedisTemplate redis = server.bean(StringRedisTemplate.class);
            redis.delete(redis.keys("{throttle}:*"));
        }
        TestPhone browser = browser(endpoint);
        String sent = endpoint.equals("POST /logout")
                ? parameters.replace(encoded(csrf), encoded(csrf(browser, "/login")))
                : parameters;
        HttpResponse<String> answer = send(browser, endpoint, sent, headers);
        String context = endpoint + " with " + parameters + " and " + List.of(headers);
        HostileInput.assertHarmless(answer, context);
        answer.headers()
                .firstValue("Location")
                .ifPresent(to -> assertThat(to)
                        .as(context)
                        .matches("(https://localhost(:\\d+)?)?/.*|http://127\\.0\\.0\\.1(:49152)?/callback\\?.*"));
        boolean machine = endpoint.startsWith("POST /oauth2/") && !endpoint.contains("/authorize");
        if (machine && answer.statusCode() >= 400) {
            String challenge = answer.headers().firstValue("WWW-Authenticate").orElse("");
            assertThat(answer.body().isEmpty() ? challenge : errorOf(answer)) // RFC 6750 §3 for who shows a token there
                    .as(context)
                    .matches("[a-z_]+|Bearer .*error=\"[a-z_]+\".*|DPoP .*error=\"[a-z_]+\".*");
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    /** Who signs out is to be nobody whom another request needs. */
    private static TestPhone browser(String endpoint) {
        if (endpoint.equals("POST /logout")) {
            return new TestPhone(server);
        }
        return endpoint.endsWith(" service certificate")
                ? backup
                : endpoint.endsWith(" certificate") ? deskPhone : person;
    }

    /** RFC 6749 §5.2. */
    private static String errorOf(HttpResponse<String> answer) {
        try {
            return String.valueOf(JSONObjectUtils.parse(answer.body()).get("error"));
        } catch (ParseException e) {
            return answer.body();
        }
    }

    private static HttpResponse<String> send(TestPhone browser, String endpoint, String parameters, String... headers) {
        String[] parts = endpoint.split(" ");
        URI address = parts[1].endsWith(".cnf.xml")
                ? server.provisioningUrl(parts[1])
                : endpoint.endsWith(" certificate") ? server.mutualTlsUrl(parts[1]) : server.url(parts[1]);
        return browser.send(request(address, parts[0], parameters, headers));
    }

    private static HttpRequest request(URI address, String method, String parameters, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder().timeout(Duration.ofSeconds(30));
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (method.equals("GET")) {
            return request.uri(URI.create(address + "?" + parameters.replaceAll("%(?![0-9A-Fa-f]{2})", "%25")))
                    .GET()
                    .build();
        }
        return request.uri(address)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(parameters))
                .build();
    }
}
