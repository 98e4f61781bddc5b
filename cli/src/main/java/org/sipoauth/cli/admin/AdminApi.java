package org.sipoauth.cli.admin;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
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
    private static final String BASE = "/admin/api/v1";
    private static final String SCOPE = "admin";
    private static final int MOST_ROW_ERRORS = 20;
    private static final Set<Integer> SUCCESS = Set.of(200, 201, 202, 204);

    private final URI server;
    private final Path clientFile;
    private final HttpsClient https;
    private final String adviceIfUnreachable;

    /** @param clientFile holds {@code client_id:client_secret} in its first line */
    AdminApi(URI server, Path clientFile, SSLContext tls, String adviceIfUnreachable) {
        this.server = server;
        this.clientFile = clientFile;
        this.https = new HttpsClient(tls, TIMEOUT);
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

    private JsonObject call(Request request) throws InterruptedException {
        try {
            return JsonObject.parse(send(request).body());
        } catch (ParseException malformed) {
            throw notAServer();
        }
    }

    private HttpsClient.Answer send(Request request) throws InterruptedException {
        try {
            return requireSuccess(request.send(Map.of("Authorization", "Bearer " + accessToken(), "Accept", "*/*")));
        } catch (IOException trouble) {
            throw unreachable(trouble);
        }
    }

    /** RFC 6749 §4.4: this command is the client. */
    private String accessToken() throws IOException, InterruptedException {
        HttpsClient.Answer answer = https.postForm(
                address("/oauth2/token"),
                Map.of("grant_type", "client_credentials", "scope", SCOPE),
                Map.of("Authorization", "Basic " + basicCredentials()));
        if (answer.status() == 400 || answer.status() == 401) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    server + " does not let this client administer it",
                    "Name the file that this very server wrote, admin-client.txt in its data folder, or that of a client"
                            + " with the scope admin.");
        }
        try {
            return JsonObject.parse(requireSuccess(answer).body())
                    .string("access_token")
                    .orElseThrow(AdminApi::notAServer);
        } catch (ParseException malformed) {
            throw notAServer();
        }
    }

    private String basicCredentials() {
        try {
            String line = Files.readString(clientFile).lines().findFirst().orElse("");
            if (line.indexOf(':') > 0) {
                return Base64.getEncoder().encodeToString(line.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    ExitCodes.USAGE,
                    "cannot read " + clientFile,
                    "Name the server's admin-client.txt with --client-file.");
        }
        throw new CommandFailure(
                ExitCodes.USAGE, clientFile + " holds no client", "Its first line must be client_id:client_secret.");
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
