package org.sipoauth.authz.parameter;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.util.Map;
import org.sipoauth.authz.TestAdministrator;
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
        return TestAdministrator.token(server);
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
