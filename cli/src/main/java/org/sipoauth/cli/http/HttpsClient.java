package org.sipoauth.cli.http;

import java.io.IOException;
import java.net.CookieHandler;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/**
 * Requests over https that follow no redirect by themselves, take no longer than their timeout from first to last byte,
 * and hold no more than a bounded answer.
 */
public final class HttpsClient {
    /** A whole answer; {@code toString} leaves out headers and body, which may hold tokens. */
    public record Answer(int status, HttpResponse<byte[]> response) {
        public String body() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        public byte[] bytes() {
            return response.body();
        }

        public Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }

        @Override
        public String toString() {
            return response.uri().getHost() + " answered " + status;
        }
    }

    private static final int LONGEST_BODY = 1024 * 1024;

    private final HttpClient client;
    private final Duration timeout;
    private final int longestBody;

    public HttpsClient(SSLContext tls, Duration timeout) {
        this(tls, timeout, LONGEST_BODY);
    }

    /** @param longestBody of an answer, in bytes */
    public HttpsClient(SSLContext tls, Duration timeout, int longestBody) {
        this(builder(tls, timeout), timeout, longestBody);
    }

    /** One that keeps cookies, for walking through pages as a browser does. */
    public HttpsClient(SSLContext tls, Duration timeout, CookieHandler cookies) {
        this(builder(tls, timeout).cookieHandler(cookies), timeout, LONGEST_BODY);
    }

    private HttpsClient(HttpClient.Builder builder, Duration timeout, int longestBody) {
        this.client = builder.build();
        this.timeout = timeout;
        this.longestBody = longestBody;
    }

    private static HttpClient.Builder builder(SSLContext tls, Duration timeout) {
        return HttpClient.newBuilder()
                .sslContext(tls)
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER);
    }

    public Answer get(URI uri, Map<String, String> headers) throws IOException, InterruptedException {
        return await(send(request(uri, headers).GET()));
    }

    /** Posts a JSON document. */
    public Answer postJson(URI uri, Map<String, String> headers, String json) throws IOException, InterruptedException {
        return await(send(jsonRequest(uri, headers).POST(HttpRequest.BodyPublishers.ofString(json))));
    }

    /** Posts a file. */
    public Answer postFile(URI uri, Map<String, String> headers, String mediaType, byte[] file)
            throws IOException, InterruptedException {
        return await(send(request(uri, headers)
                .header("Content-Type", mediaType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(file))));
    }

    /** Puts a JSON document there. */
    public Answer putJson(URI uri, Map<String, String> headers, String json) throws IOException, InterruptedException {
        return await(send(jsonRequest(uri, headers).PUT(HttpRequest.BodyPublishers.ofString(json))));
    }

    public Answer delete(URI uri, Map<String, String> headers) throws IOException, InterruptedException {
        return await(send(request(uri, headers).DELETE()));
    }

    public Answer postForm(URI uri, Map<String, String> form) throws IOException, InterruptedException {
        return await(postFormAsync(uri, form));
    }

    /** Posts a form with further headers. */
    public Answer postForm(URI uri, Map<String, String> form, Map<String, String> headers)
            throws IOException, InterruptedException {
        return await(send(formRequest(uri, headers, form)));
    }

    /** As {@link #postForm}, without waiting: fails with the {@link IOException} that {@code postForm} throws. */
    public CompletableFuture<Answer> postFormAsync(URI uri, Map<String, String> form) {
        return send(formRequest(uri, Map.of(), form));
    }

    /** Names and values as a form or a query writes them. */
    public static String encode(Map<String, String> form) {
        return form.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static HttpRequest.Builder formRequest(URI uri, Map<String, String> headers, Map<String, String> form) {
        return request(uri, headers)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(encode(form)));
    }

    private static HttpRequest.Builder jsonRequest(URI uri, Map<String, String> headers) {
        return request(uri, headers).header("Content-Type", "application/json");
    }

    private static HttpRequest.Builder request(URI uri, Map<String, String> headers) {
        if (!"https".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException("not an https address: " + uri);
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        headers.forEach(request::header);
        return request;
    }

    private CompletableFuture<Answer> send(HttpRequest.Builder request) {
        CompletableFuture<HttpResponse<byte[]>> exchange =
                client.sendAsync(request.build(), answer -> new BoundedBody(longestBody));
        // The request's own timeout would end with the answer's headers; this one covers its body too.
        return exchange.copy()
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((response, failure) -> exchange.cancel(true))
                .thenApply(response -> new Answer(response.statusCode(), response));
    }

    private static Answer await(CompletableFuture<Answer> answer) throws IOException, InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException failed) {
            throw asIoException(failed.getCause());
        }
    }

    /**
     * The failure of a request as what it is to its caller: trouble with the network, or time run out. What is neither is
     * a fault of this program, and is thrown on.
     */
    public static IOException asIoException(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return new IOException("no answer in time");
        }
        if (failure instanceof IOException trouble) {
            return trouble;
        }
        throw failure instanceof RuntimeException fault ? fault : new IllegalStateException(failure);
    }
}
