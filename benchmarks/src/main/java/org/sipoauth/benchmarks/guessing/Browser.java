package org.sipoauth.benchmarks.guessing;

import java.io.IOException;
import java.net.HttpCookie;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.sipoauth.benchmarks.platform.Http;

/**
 * A browser at an address of its own, which the server learns as from a proxy in front of it. Keeps cookies. One thread at a
 * time.
 */
final class Browser {
    private static final String SESSION_COOKIE = "SESSION";
    private static final Pattern CSRF_FIELD = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    private final Http http;
    private final URI node;
    private final String address;
    private final Map<String, String> cookies = new LinkedHashMap<>();
    private String csrf = "";

    Browser(Http http, URI node, String address) {
        this.http = http;
        this.node = node;
        this.address = address;
    }

    /** What becomes of a form. */
    enum Answer {
        TAKEN,
        WRONG,
        SLOWED_DOWN
    }

    /** Fills the sign-in page in; reads it first if there is no form at hand. */
    Answer signIn(String user, String password) throws IOException, InterruptedException {
        HttpResponse<String> answer = submit("/login", Map.of("username", user, "password", password));
        if (answer.statusCode() == 429) {
            return Answer.SLOWED_DOWN;
        }
        String location = answer.headers()
                .firstValue("Location")
                .orElseThrow(() -> new IOException("sign-in: " + answer.statusCode() + " instead of a redirect"));
        if (location.contains("failed")) {
            return Answer.WRONG;
        }
        csrf = ""; // another session, another token
        return Answer.TAKEN;
    }

    /** Enters a phone's code (RFC 8628 §3.3). */
    Answer enterUserCode(String code) throws IOException, InterruptedException {
        HttpResponse<String> answer = submit("/device", Map.of("user_code", code));
        if (answer.statusCode() == 429) {
            return Answer.SLOWED_DOWN;
        }
        if (answer.statusCode() != 200) {
            throw new IOException("user code: " + answer.statusCode());
        }
        return answer.body().contains("name=\"decision\"") ? Answer.TAKEN : Answer.WRONG;
    }

    /** As when it was closed: what it keeps is not the session. */
    void endSession() {
        cookies.remove(SESSION_COOKIE);
        csrf = "";
    }

    private HttpResponse<String> submit(String page, Map<String, String> fields)
            throws IOException, InterruptedException {
        if (csrf.isEmpty()) {
            Matcher field = CSRF_FIELD.matcher(
                    remember(http.get(node.resolve(page), headers())).body());
            if (!field.find()) {
                throw new IOException(page + ": a page without a form");
            }
            csrf = field.group(1);
        }
        Map<String, String> form = new LinkedHashMap<>(fields);
        form.put("_csrf", csrf);
        return remember(http.post(node.resolve(page), headers(), form));
    }

    private HttpResponse<String> remember(HttpResponse<String> answer) {
        answer.headers().allValues("Set-Cookie").stream()
                .flatMap(header -> HttpCookie.parse(header).stream())
                .forEach(cookie -> cookies.put(cookie.getName(), cookie.getValue()));
        return answer;
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>(Map.of("X-Forwarded-For", address));
        if (!cookies.isEmpty()) {
            headers.put(
                    "Cookie",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
        }
        return headers;
    }
}
