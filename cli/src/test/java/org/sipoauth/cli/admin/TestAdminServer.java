package org.sipoauth.cli.admin;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.TestHttpsServer;
import org.sipoauth.cli.TestPki;

/** A server with an administration interface that gives prepared answers, and remembers what it was asked. */
public final class TestAdminServer implements AutoCloseable {
    private final TestPki pki;
    private final TestHttpsServer https;
    private final Path clientFile;
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, List<String>> headers = new ConcurrentHashMap<>();
    private final Deque<Answer> answers = new ConcurrentLinkedDeque<>();

    private record Answer(int status, String body) {}

    public TestAdminServer(Path folder) throws IOException {
        pki = TestPki.in(folder.resolve("pki"));
        answering(200, "{}");
        clientFile = Files.writeString(folder.resolve("admin-client.txt"), "admin:secret\n");
        https = new TestHttpsServer(pki)
                .on("/oauth2/token", exchange -> {
                    boolean known = "Basic YWRtaW46c2VjcmV0"
                            .equals(exchange.getRequestHeaders().getFirst("Authorization"));
                    send(exchange, known ? 200 : 401, "{\"access_token\":\"for-the-admin\"}");
                })
                .on("/admin/api/v1", exchange -> {
                    boolean known = "Bearer for-the-admin"
                            .equals(exchange.getRequestHeaders().getFirst("Authorization"));
                    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                    exchange.getRequestHeaders()
                            .forEach((name, values) -> headers.computeIfAbsent(
                                            name.toLowerCase(Locale.ROOT), key -> new ArrayList<>())
                                    .addAll(values));
                    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
                    Answer next = answers.size() > 1 ? answers.remove() : answers.element();
                    send(exchange, known ? next.status() : 401, next.body());
                });
    }

    /** What it says to every request from now on. */
    public TestAdminServer answering(int newStatus, String newAnswer) {
        answers.clear();
        return thenAnswering(newStatus, newAnswer);
    }

    /** What it says from then on, once it has said what was prepared before. */
    public TestAdminServer thenAnswering(int newStatus, String newAnswer) {
        answers.add(new Answer(newStatus, newAnswer));
        return this;
    }

    /** Method, path with query, and body of each, in order. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** The values of this header in all requests, in order. */
    public List<String> headers(String name) {
        return List.copyOf(headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()));
    }

    public CommandRun run(Object command, String... arguments) {
        return run(clientFile, command, arguments);
    }

    /** As a client whose credentials are in another file. */
    public CommandRun run(Path otherClientFile, Object command, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(
                "--server", address().toString(),
                "--client-file", otherClientFile.toString(),
                "--trust", pki.authority().toString()));
        return CommandRun.of(command, all.toArray(String[]::new));
    }

    public URI address() {
        return https.address();
    }

    @Override
    public void close() {
        https.close();
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("ETag", "\"a-tag\"");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }
}
