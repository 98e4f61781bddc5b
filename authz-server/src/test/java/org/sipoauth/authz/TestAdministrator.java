package org.sipoauth.authz;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.text.ParseException;
import java.util.Map;

/** Who holds {@code admin-client.txt}, at the administration API. Paths are below {@link #API}. */
public final class TestAdministrator {
    public static final String API = "/admin/api/v1";

    private final TestServer server;
    private final TestPhone http;
    private final String token;

    public TestAdministrator(TestServer server) {
        this.server = server;
        this.http = new TestPhone(server);
        this.token = token(server);
    }

    /** A fresh one. */
    public static String token(TestServer server) {
        try {
            String[] client = Files.readString(server.folder().resolve("data/admin-client.txt"))
                    .strip()
                    .split(":", 2);
            return new TestPhone(server)
                    .token(Map.of("grant_type", "client_credentials", "scope", "admin"), client[0], client[1])
                    .text("access_token");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    public HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, new byte[0], headers);
    }

    public HttpResponse<String> delete(String path, String... headers) {
        return send("DELETE", path, new byte[0], headers);
    }

    /** @param json as one body, sent as {@code application/json} */
    public HttpResponse<String> put(String path, String json, String... headers) {
        return sendJson("PUT", path, json, headers);
    }

    public HttpResponse<String> post(String path, String json, String... headers) {
        return sendJson("POST", path, json, headers);
    }

    private HttpResponse<String> sendJson(String method, String path, String json, String... headers) {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 2, headers.length);
        all[0] = "Content-Type";
        all[1] = "application/json";
        return send(method, path, json.getBytes(StandardCharsets.UTF_8), all);
    }

    public HttpResponse<String> send(String method, String path, byte[] body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.url(API + path))
                .header("Authorization", "Bearer " + token)
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        return http.send((headers.length == 0 ? request : request.headers(headers)).build());
    }

    /** The body of an answer that is no refusal. */
    public static Map<String, Object> json(HttpResponse<String> answer) {
        if (answer.statusCode() < 200 || answer.statusCode() > 299) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        try {
            return JSONObjectUtils.parse(answer.body());
        } catch (ParseException noJson) {
            throw new AssertionError(answer.body(), noJson);
        }
    }
}
