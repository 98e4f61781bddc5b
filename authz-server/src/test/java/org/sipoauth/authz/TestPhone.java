package org.sipoauth.authz;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/** A softphone and the browser its user signs in with, as far as HTTP goes. */
public final class TestPhone {
    public static final String REDIRECT_URI = "http://127.0.0.1:49152/callback";
    public static final String VERIFIER = "a-code-verifier-of-43-characters-or-more-0123456789";

    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    private final TestServer server;
    private final Function<String, URI> endpoints;
    private final HttpClient http;

    public TestPhone(TestServer server) {
        this(server, server.certificate().trusting(), server::url);
    }

    private TestPhone(TestServer server, SSLContext tls, Function<String, URI> endpoints) {
        this.server = server;
        this.endpoints = endpoints;
        this.http = HttpClient.newBuilder()
                .sslContext(tls)
                .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    /** A phone that shows its certificate, and asks for tokens where that is seen. */
    public static TestPhone showing(TestAuthority.Identity certificate, TestServer server) {
        return new TestPhone(server, certificate.trusting(server.certificate()), server::mutualTlsUrl);
    }

    /** An answer of the token endpoint. */
    public record Answer(int status, Map<String, Object> json) {
        public String text(String name) {
            return (String) json.get(name);
        }
    }

    /** The parameters of a good authorization request, which a test may change. */
    public static Map<String, String> request(String device) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("response_type", "code");
        parameters.put("client_id", "softphone");
        parameters.put("redirect_uri", REDIRECT_URI);
        parameters.put("scope", "sip.register");
        parameters.put("state", "the state & more");
        parameters.put("code_challenge", challenge(VERIFIER));
        parameters.put("code_challenge_method", "S256");
        parameters.put("device_name", device);
        return parameters;
    }

    /** Signs in and asks; the parameters with which the browser comes back to the phone. */
    public Map<String, String> authorize(String subscriber, Map<String, String> request) {
        HttpResponse<String> answer = get(server.url("/oauth2/authorize?" + form(request)));
        if (answer.statusCode() == 302 && location(answer).getPath().equals("/login")) {
            answer = follow(signIn(subscriber, server.passwordOf(subscriber)));
        }
        return parameters(location(answer));
    }

    /** Fills in the sign-in page. */
    public HttpResponse<String> signIn(String name, String password) {
        return postForm("/login", Map.of("username", name, "password", password));
    }

    /** Fetches a page and posts a form to it as a browser would. */
    public HttpResponse<String> postForm(String path, Map<String, String> fields) {
        return postForm(path, path, fields);
    }

    /** Fetches a page and posts its form, which goes elsewhere. */
    public HttpResponse<String> postForm(String page, String action, Map<String, String> fields) {
        Matcher csrf = CSRF.matcher(get(server.url(page)).body());
        Map<String, String> form = new LinkedHashMap<>(fields);
        if (csrf.find()) {
            form.put("_csrf", csrf.group(1));
        }
        return send(post(server.url(action), form));
    }

    public Answer redeem(String code, String... dpopProof) {
        Map<String, String> form = Map.of(
                "grant_type",
                "authorization_code",
                "client_id",
                "softphone",
                "code",
                code,
                "redirect_uri",
                REDIRECT_URI,
                "code_verifier",
                VERIFIER);
        return dpopProof.length == 0 ? token(form) : post("/oauth2/token", form, "DPoP", dpopProof[0]);
    }

    /** Signs in and redeems the code. */
    public Answer logIn(String subscriber, String device) {
        return redeem(authorize(subscriber, request(device)).get("code"));
    }

    public Answer token(Map<String, String> form) {
        return post("/oauth2/token", form);
    }

    /** Posts to an endpoint that answers in JSON. */
    public Answer post(String path, Map<String, String> form, String... headers) {
        return answer(send(post(endpoints.apply(path), form, headers)));
    }

    public Answer token(Map<String, String> form, String client, String secret) {
        String credentials = Base64.getEncoder().encodeToString((client + ":" + secret).getBytes(UTF_8));
        HttpRequest request = HttpRequest.newBuilder(server.url("/oauth2/token"))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Authorization", "Basic " + credentials)
                .POST(HttpRequest.BodyPublishers.ofString(form(form)))
                .build();
        return answer(send(request));
    }

    public HttpResponse<String> get(URI uri, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30));
        return send(
                headers.length == 0 ? request.build() : request.headers(headers).build());
    }

    public HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public HttpResponse<String> follow(HttpResponse<String> redirect) {
        return get(location(redirect));
    }

    public static URI location(HttpResponse<?> answer) {
        return answer.uri()
                .resolve(answer.headers()
                        .firstValue("Location")
                        .orElseThrow(() ->
                                new AssertionError("no redirect but " + answer.statusCode() + " " + answer.body())));
    }

    public static Map<String, String> parameters(URI uri) {
        return Arrays.stream(uri.getRawQuery().split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(
                        pair -> pair[0], pair -> pair.length == 1 ? "" : URLDecoder.decode(pair[1], UTF_8)));
    }

    public static String challenge(String verifier) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Answer answer(HttpResponse<String> response) {
        try {
            return new Answer(response.statusCode(), JSONObjectUtils.parse(response.body()));
        } catch (ParseException e) {
            throw new AssertionError("not JSON: " + response.statusCode() + " " + response.body(), e);
        }
    }

    private static HttpRequest post(URI uri, Map<String, String> form, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form(form)));
        return headers.length == 0 ? request.build() : request.headers(headers).build();
    }

    public static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }
}
