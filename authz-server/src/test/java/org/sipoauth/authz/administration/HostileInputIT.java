package org.sipoauth.authz.administration;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sipoauth.authz.TestAdministrator;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.administration.OpenApiDocument.Operation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every operation of the OpenAPI document, and the configuration files, with wrong, missing, duplicate, oversized,
 * ill-encoded, deeply nested and hostile values: a problem document or a good answer, never a 500, nothing of the server's
 * insides, nothing of the request that a browser would run.
 */
class HostileInputIT {
    private static final String SCRIPT = "<script>alert(1)</script>";
    private static final String ENCODED_SCRIPT = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestAdministrator administrator;
    private static TestPhone caller;
    private static OpenApiDocument document;

    @BeforeAll
    static void start() {
        server = TestServer.start(folder);
        administrator = new TestAdministrator(server);
        caller = new TestPhone(server);
        document = new OpenApiDocument(administrator.get("/openapi.yaml").body());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<Operation> operations() {
        return document.operations().stream();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void refusesHostileNamesInThePath(Operation operation) {
        for (String value : List.of(
                "%2e%2e",
                "..%2f..%2fetc%2fpasswd",
                "%00",
                "%0d%0aX-Injected:%20yes",
                "%ff%fe",
                "%c0%ae%c0%ae",
                "%F0%9F%93%9E",
                "%25%35%63",
                "a;b=c",
                "'%22%3E",
                "%7B%7B7*7%7D%7D",
                "-1",
                "x".repeat(4_000),
                ENCODED_SCRIPT)) {
            for (String path : paths(operation, value)) {
                HttpResponse<String> answer =
                        send(operation, path, "{}".getBytes(StandardCharsets.UTF_8), "application/json");
                if (isOfTomcat(answer)) {
                    assertHarmless(answer, path);
                } else {
                    check(answer, path);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void refusesHostileParameters(Operation operation) {
        String path = sample(operation);
        List<String> queries =
                new ArrayList<>(List.of("unknown=1", "%ff=%fe", ENCODED_SCRIPT + "=" + ENCODED_SCRIPT, "&&=", "="));
        for (JsonNode parameter : document.parameters(operation)) {
            if (parameter.path("in").asString().equals("query")) {
                String name = parameter.path("name").asString();
                for (String value : List.of(
                        "",
                        "%ff%fe",
                        "%00",
                        "-1",
                        "99999999999999999999",
                        ENCODED_SCRIPT,
                        "%0d%0aX:y",
                        "x".repeat(4_000))) {
                    queries.add(name + "=" + value);
                }
                queries.add(name);
                queries.add(name + "=1&" + name + "=2");
                queries.add(name + "%5B%5D=1");
            }
        }
        for (String query : queries) {
            check(send(operation, path + "?" + query, new byte[0], ""), query);
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void refusesHostileBodies(Operation operation) {
        if (operation.description().path("requestBody").isMissingNode()) {
            return;
        }
        String path = sample(operation);
        Map<String, byte[]> bodies = new LinkedHashMap<>();
        for (String text : List.of(
                "",
                " ",
                "null",
                "true",
                "1",
                "\"x\"",
                "[]",
                "{}",
                "{",
                "{\"",
                "}",
                "{\"a\":1}",
                "{\"a\":1,\"a\":2}",
                "<x/>",
                "{\"" + SCRIPT + "\":\"" + SCRIPT + "\"}",
                "{}{}",
                "{\"a\":1e999999999}",
                "{\"a\":NaN}",
                "{\"a\":'b'}",
                "\ufeff{}",
                "/* */{}",
                "a=b",
                "{\"a\":\"\ud800\"}",
                "{\"a\":\"\\ud800\"}",
                "\u0000")) {
            bodies.put(text, text.getBytes(StandardCharsets.UTF_8));
        }
        bodies.put("deep array", "[".repeat(100_000).getBytes(StandardCharsets.UTF_8));
        bodies.put("deep object", "{\"a\":".repeat(100_000).getBytes(StandardCharsets.UTF_8));
        bodies.put("not UTF-8", new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'});
        bodies.put("UTF-16", "{\"a\":1}".getBytes(StandardCharsets.UTF_16));
        bodies.put("long", ("{\"a\":\"" + "x".repeat(500_000) + "\"}").getBytes(StandardCharsets.UTF_8));
        for (Map<String, Object> body : withHostileMembers(document.requestSchema(operation))) {
            String text = JSON.writeValueAsString(body);
            bodies.put(text.substring(0, Math.min(200, text.length())), text.getBytes(StandardCharsets.UTF_8));
        }
        bodies.forEach((name, body) -> {
            for (String type : List.of("application/json", "text/csv")) {
                check(send(operation, path, body, type), name);
            }
        });
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        for (String type : List.of(
                "text/plain",
                "application/xml",
                "application/x-www-form-urlencoded",
                "multipart/form-data",
                "x",
                "application/json;charset=no-such",
                "text/csv;charset=no-such",
                "application/json;charset=utf-16",
                SCRIPT)) {
            check(send(operation, path, body, type), type);
        }
        check(send(operation, path, new byte[2 * RequestLimits.MOST_BYTES], "application/json"), "oversized", 413);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void refusesHostileHeaders(Operation operation) {
        String path = sample(operation);
        for (String[] header : new String[][] {
            {"If-Match", ""},
            {"If-Match", "x"},
            {"If-Match", "W/\"x\""},
            {"If-Match", "\"a\", \"b\""},
            {"If-Match", "\"" + "x".repeat(4_000) + "\""},
            {"If-None-Match", "\"x\""},
            {"Accept", "text/html"},
            {"Accept", "application/xml"},
            {"Accept", "nonsense"},
            {"Accept-Language", SCRIPT},
            {"X-HTTP-Method-Override", "DELETE"},
            {"Range", "bytes=0-1,2-3"},
            {"Content-Encoding", "gzip"},
        }) {
            check(administrator.send(operation.method(), path, new byte[0], header), header[0] + ": " + header[1]);
        }
    }

    @Test
    void answersPathsAndMethodsThatThereAreNotWithAProblemDocument() {
        assertThat(administrator.get("/nothing").statusCode()).isEqualTo(404);
        for (HttpResponse<String> answer : List.of(
                administrator.get("/nothing"),
                administrator.get("/devices/CSFALICE/more"),
                administrator.get("/"),
                administrator.delete("/devices"),
                administrator.send("PATCH", "/devices/CSFALICE", "{}".getBytes(StandardCharsets.UTF_8)),
                administrator.send("QUERY", "/devices", new byte[0]),
                administrator.get("/devices//CSFALICE"),
                administrator.get("/devices/%2e%2e/keys"))) {
            assertThat(answer.statusCode()).isBetween(400, 499);
            check(answer, String.valueOf(answer.uri()));
        }
        assertThat(administrator.delete("/devices").headers().firstValue("Allow"))
                .contains("GET");
    }

    /** With the mode on, whoever has no token learns from no answer whether there is such a device. */
    @Test
    void refusesHostileRequestsForConfigurationFiles() {
        List<String> paths = new ArrayList<>();
        for (String name : List.of(
                "CSFALICE",
                "csfalice",
                "CSFALICE%20",
                "CSFALICE%00",
                "%ff%fe",
                "..%2fCSFALICE",
                "%2e%2e/CSFALICE",
                "CSFALICE;x",
                "x".repeat(4_000),
                ENCODED_SCRIPT,
                "%0d%0aX:y",
                "CSFALICE.cnf.xml/..",
                "%43SFALICE")) {
            paths.add("/" + name + ".cnf.xml");
            paths.add("/" + name + ".CNF.XML");
            paths.add("/" + name + ".cnf.xml.sgn");
            paths.add("/" + name + ".cnf.xml?" + ENCODED_SCRIPT);
        }
        for (String path : paths) {
            for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE", "PROPFIND")) {
                HttpResponse<String> answer = caller.send(HttpRequest.newBuilder(server.provisioningUrl(path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build());

                String what = method + " " + path;
                assertThat(answer.statusCode()).as(what).isIn(400, 401, 403, 404, 405, 501);
                assertHarmless(answer, what);
            }
        }
    }

    /** With each parameter in turn at this value, the others at something good. */
    private static List<String> paths(Operation operation, String value) {
        List<String> paths = new ArrayList<>();
        String path = operation.path();
        for (int open = path.indexOf('{'); open >= 0; open = path.indexOf('{', open + 1)) {
            paths.add(path.substring(0, open) + value + path.substring(path.indexOf('}', open) + 1));
        }
        return paths.stream().map(one -> one.replaceAll("\\{[^}]*}", "some")).toList();
    }

    /** A path that fits, to nothing that is there. */
    private static String sample(Operation operation) {
        return operation.path().startsWith("/devices/{")
                ? operation.path().replace("{name}", "CSFHOSTILE")
                : operation.path().replaceAll("\\{[^}]*}", "hostile");
    }

    /** For each member of the schema a body in which it is what it must not be; the others as they should. */
    private static List<Map<String, Object>> withHostileMembers(JsonNode schema) {
        List<Map<String, Object>> bodies = new ArrayList<>();
        Iterator<String> names = schema.path("properties").propertyNames().iterator();
        while (names.hasNext()) {
            String name = names.next();
            for (Object value : new Object[] {
                null,
                7,
                -1.5,
                true,
                "",
                " ",
                SCRIPT,
                "\u0000",
                "\ud800",
                "a\r\nX: y",
                "=1+1",
                "x".repeat(10_000),
                List.of(),
                List.of(List.of()),
                List.of(7),
                List.of(SCRIPT),
                Map.of(),
                Map.of("$ne", "")
            }) {
                Map<String, Object> body = new LinkedHashMap<>();
                schema.path("required").forEach(required -> body.put(required.asString(), "x"));
                body.put(name, value);
                bodies.add(body);
            }
        }
        return bodies;
    }

    private static HttpResponse<String> send(Operation operation, String path, byte[] body, String type) {
        return type.isEmpty()
                ? administrator.send(operation.method(), path, body)
                : administrator.send(operation.method(), path, body, "Content-Type", type);
    }

    /** A path that is no good as such is refused before anything of ours runs. */
    private static boolean isOfTomcat(HttpResponse<String> answer) {
        return answer.statusCode() == 400 && answer.body().contains("<h1>HTTP Status 400");
    }

    private static void check(HttpResponse<String> answer, String what, int status) {
        assertThat(answer.statusCode()).as(what).isEqualTo(status);
        check(answer, what);
    }

    private static void check(HttpResponse<String> answer, String input) {
        String what = answer.request().method() + " " + answer.uri() + " with " + input + " is answered "
                + answer.statusCode() + " " + answer.body();
        assertThat(answer.statusCode()).as(what).isBetween(200, 499);
        if (answer.statusCode() >= 400) {
            assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                    .as(what)
                    .startsWith("application/problem+json");
            assertThat(document.problemFaults(answer.body())).as(what).isEmpty();
            assertThat(answer.headers().firstValue("X-Content-Type-Options"))
                    .as(what)
                    .contains("nosniff");
            assertThat(JSON.readTree(answer.body()).path("detail").asString(""))
                    .as(what)
                    .isNotBlank();
        }
        assertHarmless(answer, what);
    }

    private static void assertHarmless(HttpResponse<String> answer, String what) {
        assertThat(answer.body())
                .as(what)
                .doesNotContain(
                        "Exception", "\tat ", "org.sipoauth", "org.springframework", "java.lang", "tools.jackson");
        if (answer.headers().firstValue("Content-Type").orElse("").contains("html")) {
            assertThat(answer.body()).as(what).doesNotContain("<script");
        }
        assertThat(answer.headers().map()).as(what).doesNotContainKeys("x-injected", "x");
    }
}
