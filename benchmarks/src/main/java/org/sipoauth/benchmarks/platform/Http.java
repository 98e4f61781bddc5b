package org.sipoauth.benchmarks.platform;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/** Requests to the servers. Follows no redirects and keeps no cookies. */
public final class Http {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final HttpClient client;

    private Http(HttpClient.Builder client) {
        this.client = client.version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .build();
    }

    static Http over(SSLContext tls) {
        return new Http(HttpClient.newBuilder().sslContext(tls));
    }

    public static Http plain() {
        return new Http(HttpClient.newBuilder());
    }

    public HttpResponse<String> get(URI address, Map<String, String> headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(address), headers);
    }

    public HttpResponse<String> post(URI address, Map<String, String> headers, Map<String, String> form)
            throws IOException, InterruptedException {
        return post(address, headers, form(form));
    }

    /** @param form encoded already */
    public HttpResponse<String> post(URI address, Map<String, String> headers, String form)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form));
        return send(request, headers);
    }

    /** @param json the resource to be */
    public HttpResponse<String> put(URI address, Map<String, String> headers, String json)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(json));
        return send(request, headers);
    }

    /** @param csv comma-separated values, with a header */
    public HttpResponse<String> postCsv(URI address, Map<String, String> headers, String csv)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .header("Content-Type", "text/csv")
                .POST(BodyPublishers.ofString(csv));
        return send(request, headers);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, Map<String, String> headers)
            throws IOException, InterruptedException {
        headers.forEach(request::header);
        return client.send(request.timeout(TIMEOUT).build(), BodyHandlers.ofString());
    }

    public static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** RFC 7617, for {@code name:secret}. */
    public static Map<String, String> basic(String credentials) {
        byte[] bytes = credentials.getBytes(StandardCharsets.UTF_8);
        return Map.of("Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes));
    }

    /** A member of the JSON object in an answer. */
    public static String member(HttpResponse<String> answer, String name) throws IOException {
        return member(answer.body(), name);
    }

    public static String member(String json, String name) throws IOException {
        try {
            return Optional.ofNullable(JSONObjectUtils.getString(JSONObjectUtils.parse(json), name))
                    .orElseThrow(() -> new IOException("no " + name + " in the answer"));
        } catch (ParseException e) {
            throw new IOException("no JSON object with " + name, e);
        }
    }
}
