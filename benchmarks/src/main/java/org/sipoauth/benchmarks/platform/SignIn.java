package org.sipoauth.benchmarks.platform;

import java.io.IOException;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Authorization code grants with PKCE (RFC 7636), with the browser's part in them: cookies, the form, redirects. Whoever has
 * signed in once is not asked for the password again, for as long as that server remembers. One thread at a time.
 */
public final class SignIn {
    public static final String CLIENT = "softphone";

    private static final String REDIRECT = "http://127.0.0.1/callback";
    private static final int MOST_PAGES = 10;
    private static final Pattern CSRF_FIELD = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Http http;
    private final URI node;
    private final String device;
    private final Map<String, String> cookies = new LinkedHashMap<>();

    public SignIn(Http http, URI node, String device) {
        this.http = http;
        this.node = node;
        this.device = device;
    }

    /** The user's part; what is left is to post the result to the token endpoint. */
    public Map<String, String> codeGrant(String user, String password) throws IOException, InterruptedException {
        String verifier = random();
        URI page = node.resolve("/oauth2/authorize?" + Http.form(authorizationRequest(challenge(verifier))));
        for (int i = 0; i < MOST_PAGES && !page.toString().startsWith(REDIRECT); i++) {
            HttpResponse<String> answer = remember(http.get(page, cookieHeader()));
            if (answer.statusCode() == 200) {
                Map<String, String> form =
                        Map.of("username", user, "password", password, "_csrf", csrfToken(answer.body()));
                answer = remember(http.post(page, cookieHeader(), form));
            }
            int status = answer.statusCode();
            page = answer.headers()
                    .firstValue("Location")
                    .map(page::resolve)
                    .orElseThrow(() -> new IOException("sign-in: " + status + " instead of a redirect"));
        }
        return Map.of(
                "grant_type", "authorization_code",
                "code", code(page),
                "redirect_uri", REDIRECT,
                "client_id", CLIENT,
                "code_verifier", verifier);
    }

    private Map<String, String> authorizationRequest(String challenge) {
        return Map.of(
                "response_type",
                "code",
                "client_id",
                CLIENT,
                "redirect_uri",
                REDIRECT,
                "scope",
                "sip.register",
                "device_name",
                device,
                "state",
                random(),
                "code_challenge",
                challenge,
                "code_challenge_method",
                "S256");
    }

    private HttpResponse<String> remember(HttpResponse<String> answer) {
        answer.headers().allValues("Set-Cookie").stream()
                .flatMap(header -> HttpCookie.parse(header).stream())
                .forEach(cookie -> cookies.put(cookie.getName(), cookie.getValue()));
        return answer;
    }

    private Map<String, String> cookieHeader() {
        String header = cookies.entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
        return header.isEmpty() ? Map.of() : Map.of("Cookie", header);
    }

    private static String csrfToken(String page) throws IOException {
        Matcher field = CSRF_FIELD.matcher(page);
        if (!field.find()) {
            throw new IOException("sign-in: a page without a form");
        }
        return field.group(1);
    }

    private static String code(URI redirect) throws IOException {
        for (String parameter : String.valueOf(redirect.getRawQuery()).split("&")) {
            if (parameter.startsWith("code=")) {
                return URLDecoder.decode(parameter.substring("code=".length()), StandardCharsets.UTF_8);
            }
        }
        throw new IOException("sign-in: a redirect without a code: " + redirect.getRawQuery());
    }

    private static String challenge(String verifier) {
        try {
            byte[] ascii = verifier.getBytes(StandardCharsets.US_ASCII);
            return BASE64URL.encodeToString(MessageDigest.getInstance("SHA-256").digest(ascii));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String random() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return BASE64URL.encodeToString(bytes);
    }
}
