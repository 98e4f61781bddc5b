package org.sipoauth.cli.admin;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.NetworkTrouble;
import org.sipoauth.cli.json.JsonObject;

/**
 * The administration interface of a running server. Whatever goes wrong ends the command with a {@link CommandFailure}
 * that says so.
 */
public final class AdminApi {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final Duration TIMEOUT_OF_FILES = Duration.ofMinutes(3);
    private static final int LONGEST_FILE = 64 * 1024 * 1024;
    private static final String BASE = "/admin/api/v1";
    /** The widest first: a client that has less gets what it has. */
    private static final List<String> SCOPES = List.of("admin", "admin.operate", "admin.read");

    private static final int PAGE = 1000;
    private static final int MOST_ROW_ERRORS = 20;
    private static final Set<Integer> SUCCESS = Set.of(200, 201, 202, 204);

    private final URI server;
    private final ApiClient client;
    private final HttpsClient https;
    private final HttpsClient httpsForFiles;
    private final String adviceIfUnreachable;

    AdminApi(URI server, ApiClient client, SSLContext tls, String adviceIfUnreachable) {
        this.server = server;
        this.client = client;
        this.https = new HttpsClient(tls, TIMEOUT);
        this.httpsForFiles = new HttpsClient(tls, TIMEOUT_OF_FILES, LONGEST_FILE);
        this.adviceIfUnreachable = adviceIfUnreachable;
    }

    /** @param path below {@code /admin/api/v1}, such as {@code /keys}, with its query */
    public JsonObject get(String path) throws InterruptedException {
        return call(headers -> https.get(address(BASE + path), headers));
    }

    /** @param path as for {@link #get} */
    public JsonObject post(String path, String json) throws InterruptedException {
        return call(headers -> https.postJson(address(BASE + path), headers, json));
    }

    /** @param path as for {@link #get} */
    public JsonObject put(String path, String json) throws InterruptedException {
        return call(headers -> https.putJson(address(BASE + path), headers, json));
    }

    /** Puts what must not be there yet; parameters as for {@link #put}. */
    public JsonObject create(String path, String json) throws InterruptedException {
        return call(headers -> {
            HttpsClient.Answer answer = https.putJson(address(BASE + path), with(headers, "If-None-Match", "*"), json);
            if (answer.status() == 412) {
                throw new CommandFailure(
                        ExitCodes.NO, "there is one of that name already", "Show it, or choose another name.");
            }
            return answer;
        });
    }

    /** Puts something in place of what is there, unless that is changed meanwhile. */
    public JsonObject replace(String path, Function<JsonObject, String> json) throws InterruptedException {
        HttpsClient.Answer before = send(headers -> https.get(address(BASE + path), headers));
        String tag = before.header("ETag").orElseThrow(AdminApi::notAServer);
        String after = json.apply(parse(before));
        return call(headers -> https.putJson(address(BASE + path), with(headers, "If-Match", tag), after));
    }

    /**
     * All of a collection, page by page.
     *
     * @param path as for {@link #get}, perhaps with a filter as its query
     * @param plural the member of a page that holds its part of the collection
     */
    public List<JsonObject> all(String path, String plural) throws InterruptedException {
        List<JsonObject> all = new ArrayList<>();
        String limit = (path.contains("?") ? "&" : "?") + "limit=" + PAGE;
        String query = limit;
        while (true) {
            JsonObject page = get(path + query);
            if (!page.members().containsKey(plural)) {
                throw notAServer();
            }
            all.addAll(page.objects(plural));
            Optional<String> next = page.string("next");
            if (next.isEmpty()) {
                return all;
            }
            query = limit + "&after=" + URLEncoder.encode(next.get(), StandardCharsets.UTF_8);
        }
    }

    /** A file, at most 64 MiB of text. */
    public String getFile(String path) throws InterruptedException {
        return send(headers -> httpsForFiles.get(address(BASE + path), headers)).body();
    }

    /** Posts a file. What is wrong with it is an answer, too: one with the member {@code errors}. */
    public JsonObject postFile(String path, String mediaType, byte[] file) throws InterruptedException {
        try {
            HttpsClient.Answer answer = httpsForFiles.postFile(address(BASE + path), authorization(), mediaType, file);
            boolean hasErrors = answer.status() == 400 && answer.body().contains("\"errors\"");
            return parse(hasErrors ? answer : requireSuccess(answer));
        } catch (IOException trouble) {
            throw unreachable(trouble);
        }
    }

    /** @param path as for {@link #get} */
    public void delete(String path) throws InterruptedException {
        send(headers -> https.delete(address(BASE + path), headers));
    }

    /** What the server shows to everybody at this path. */
    public String getPublic(String path) throws InterruptedException {
        try {
            return requireSuccess(https.get(address(path), Map.of())).body();
        } catch (IOException trouble) {
            throw unreachable(trouble);
        }
    }

    /** For an answer that lacks what this release expects of it. */
    public static CommandFailure notAServer() {
        return new CommandFailure(
                ExitCodes.NO, "the answer is not one of an authz-server of this release", "Check --server.");
    }

    private interface Request {
        HttpsClient.Answer send(Map<String, String> headers) throws IOException, InterruptedException;
    }

    private static Map<String, String> with(Map<String, String> headers, String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(name, value);
        return all;
    }

    private JsonObject call(Request request) throws InterruptedException {
        return parse(send(request));
    }

    private static JsonObject parse(HttpsClient.Answer answer) {
        try {
            return JsonObject.parse(answer.body());
        } catch (ParseException malformed) {
            throw notAServer();
        }
    }

    private HttpsClient.Answer send(Request request) throws InterruptedException {
        try {
            return requireSuccess(request.send(authorization()));
        } catch (IOException trouble) {
            throw unreachable(trouble);
        }
    }

    private Map<String, String> authorization() throws IOException, InterruptedException {
        return Map.of("Authorization", "Bearer " + accessToken(), "Accept", "*/*");
    }

    /** RFC 6749 §4.4: this command is the client. */
    private String accessToken() throws IOException, InterruptedException {
        HttpsClient.Answer answer = askForToken(SCOPES.get(0));
        for (String less : SCOPES.subList(1, SCOPES.size())) {
            if (answer.status() == 400) { // invalid_scope
                answer = askForToken(less);
            }
        }
        if (answer.status() == 400 || answer.status() == 401) {
            throw new CommandFailure(
                    ExitCodes.NO, server + " does not let this client administer it", client.adviceIfRefused());
        }
        try {
            return JsonObject.parse(requireSuccess(answer).body())
                    .string("access_token")
                    .orElseThrow(AdminApi::notAServer);
        } catch (ParseException malformed) {
            throw notAServer();
        }
    }

    private HttpsClient.Answer askForToken(String scope) throws IOException, InterruptedException {
        return https.postForm(
                address("/oauth2/token"),
                with(with(client.parameters(), "grant_type", "client_credentials"), "scope", scope),
                client.headers());
    }

    private static HttpsClient.Answer requireSuccess(HttpsClient.Answer answer) {
        if (SUCCESS.contains(answer.status())) {
            return answer;
        }
        throw new CommandFailure(
                ExitCodes.NO,
                "the server answered " + answer.status() + ": " + Printable.line(detail(answer)),
                answer.status() == 503
                        ? "Try again in some seconds: doing it twice does no harm."
                        : "Nothing was changed.");
    }

    /** RFC 9457 §3.1.4, where the answer has it, or RFC 6749 §5.2. */
    private static String detail(HttpsClient.Answer answer) {
        try {
            JsonObject problem = JsonObject.parse(answer.body());
            return problem.string("detail")
                            .or(() -> problem.string("error_description"))
                            .orElse("no reason given")
                    + rowErrors(problem);
        } catch (ParseException notJson) {
            return "no reason given";
        }
    }

    /** What is wrong with the rows of a list, if the answer tells. */
    private static String rowErrors(JsonObject problem) {
        StringBuilder text = new StringBuilder();
        problem.objects("errors").stream()
                .limit(MOST_ROW_ERRORS)
                .forEach(error -> text.append("; row ")
                        .append(error.integer("row").map(String::valueOf).orElse("?"))
                        .append(error.string("device")
                                .filter(device -> !device.isEmpty())
                                .map(device -> ", " + device)
                                .orElse(""))
                        .append(": ")
                        .append(error.string("detail").orElse("no reason given")));
        return text.toString();
    }

    private URI address(String path) {
        return server.resolve(path);
    }

    private CommandFailure unreachable(IOException trouble) {
        return new CommandFailure(
                ExitCodes.NO, "cannot reach " + server + ": " + NetworkTrouble.inWords(trouble), adviceIfUnreachable);
    }
}
