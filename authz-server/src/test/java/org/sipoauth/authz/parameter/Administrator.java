package org.sipoauth.authz.parameter;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.text.ParseException;
import java.util.Map;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;

/** Whoever may read the server's data folder, at its administration API. */
final class Administrator {
    private final TestServer server;
    private final TestPhone http;

    Administrator(TestServer server) {
        this.server = server;
        this.http = new TestPhone(server);
    }

    HttpResponse<String> get(String path) {
        return send("GET", path, "");
    }

    HttpResponse<String> put(String path, String json, String... headers) {
        return send("PUT", path, json, headers);
    }

    HttpResponse<String> delete(String path, String... headers) {
        return send("DELETE", path, "", headers);
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.url("/admin/api/v1" + path))
                .header("Authorization", "Bearer " + token())
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        return http.send((headers.length == 0 ? request : request.headers(headers)).build());
    }

    private String token() {
        try {
            String[] client = Files.readString(server.folder().resolve("data/admin-client.txt"))
                    .strip()
                    .split(":", 2);
            return http.token(Map.of("grant_type", "client_credentials", "scope", "admin"), client[0], client[1])
                    .text("access_token");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static Map<String, Object> json(HttpResponse<String> answer) {
        try {
            return JSONObjectUtils.parse(answer.body());
        } catch (ParseException noJson) {
            throw new AssertionError("not JSON: " + answer.statusCode() + " " + answer.body(), noJson);
        }
    }

    static String tag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElseThrow();
    }
}
