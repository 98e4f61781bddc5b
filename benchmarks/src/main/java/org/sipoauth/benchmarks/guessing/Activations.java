package org.sipoauth.benchmarks.guessing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Http;

/** Activation codes of desk phones: an administrator's tool that makes them, and phones at which they are entered. */
final class Activations {
    private static final String GRANT = "urn:sipoauth:params:oauth:grant-type:activation-code";

    private final Http http;
    private final Cluster cluster;
    private final Map<String, String> administrator;

    Activations(Http http, Cluster cluster) throws IOException, InterruptedException {
        this.http = http;
        this.cluster = cluster;
        HttpResponse<String> token = http.post(
                cluster.anyNode().resolve("/oauth2/token"),
                Http.basic(cluster.administrator()),
                Map.of("grant_type", "client_credentials", "scope", "admin.operate"));
        this.administrator = Map.of("Authorization", "Bearer " + Http.member(token, "access_token"));
    }

    /** A new code, in place of the one that the phone has. */
    String create(String phone) throws IOException, InterruptedException {
        HttpResponse<String> created = http.post(
                cluster.anyNode().resolve("/admin/api/v1/devices/" + phone + "/activation-code"),
                administrator,
                Map.of());
        return Http.member(created, "activation_code");
    }

    /** @param address which the server learns as from a proxy in front of it */
    Browser.Answer enter(URI node, String phone, String code, String address) throws IOException, InterruptedException {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", GRANT);
        form.put("client_id", "deskphone");
        form.put("device_name", phone);
        form.put("activation_code", code);
        HttpResponse<String> answer =
                http.post(node.resolve("/oauth2/token"), Map.of("X-Forwarded-For", address), form);
        return switch (answer.statusCode()) {
            case 200 -> Browser.Answer.TAKEN;
            case 400 -> Browser.Answer.WRONG;
            case 503 -> Browser.Answer.SLOWED_DOWN;
            default -> throw new IOException("activation code: " + answer.statusCode() + " " + answer.body());
        };
    }
}
