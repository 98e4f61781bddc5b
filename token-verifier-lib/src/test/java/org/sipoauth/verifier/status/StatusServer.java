package org.sipoauth.verifier.status;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.sipoauth.verifier.refresh.TestServer;

/** The status lists of an authorization server, as a test puts them there. */
final class StatusServer implements AutoCloseable {
    static final String PATH = "/oauth2/status-lists";

    private final TestServer server;
    private final Map<String, Published> lists = new ConcurrentSkipListMap<>();
    private final Map<String, AtomicInteger> bodies = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger versions = new AtomicInteger();
    private volatile boolean tellsEntityTags = true;
    private volatile boolean sendsEntityTags = true;
    private volatile Map<String, Object> more = Map.of();

    private record Published(String entityTag, String token) {}

    StatusServer(TestServer server) {
        this.server = server;
        back();
    }

    URI aggregation() {
        return server.uri(PATH);
    }

    String uri(String name) {
        return server.uri(PATH + "/" + name).toString();
    }

    void put(String name, String token) {
        lists.put(name, new Published("\"" + versions.incrementAndGet() + "\"", token));
    }

    void remove(String name) {
        lists.remove(name);
    }

    /** Without the extension, so that every list is asked for. */
    void tellsNoEntityTags() {
        tellsEntityTags = false;
    }

    void sendsNoEntityTags() {
        tellsEntityTags = false;
        sendsEntityTags = false;
    }

    /** Members of the aggregation document in place of its own. */
    void aggregates(Map<String, Object> members) {
        more = members;
    }

    void fails(TestServer.Answer failure) {
        server.answers(failure);
    }

    void back() {
        server.answers(this::answer);
    }

    /** How many whole bodies were sent for this path. */
    int bodies(String path) {
        return bodies.getOrDefault(path, new AtomicInteger()).get();
    }

    /** Requests so far, by path. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    /** How many polls began. */
    int polls() {
        return (int) requests.stream().filter(PATH::equals).count();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(path);
        if (path.equals(PATH)) {
            String document = document();
            send(exchange, path, "\"" + document.hashCode() + "\"", document);
            return;
        }
        Published list = lists.get(path.substring(PATH.length() + 1));
        if (list == null) {
            TestServer.send(exchange, 404, "");
        } else {
            send(exchange, path, list.entityTag(), list.token());
        }
    }

    private String document() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("status_lists", lists.keySet().stream().map(this::uri).toList());
        if (tellsEntityTags) {
            Map<String, Object> tags = new LinkedHashMap<>();
            lists.forEach((name, list) -> tags.put(uri(name), list.entityTag()));
            members.put("etags", tags);
        }
        members.putAll(more);
        return JSONObjectUtils.toJSONString(members);
    }

    private void send(HttpExchange exchange, String path, String entityTag, String body) throws IOException {
        if (sendsEntityTags) {
            exchange.getResponseHeaders().set("ETag", entityTag);
        }
        if (entityTag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            TestServer.send(exchange, 304, "");
        } else {
            bodies.computeIfAbsent(path, p -> new AtomicInteger()).incrementAndGet();
            TestServer.send(exchange, 200, body);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
