package org.sipoauth.cli.keys;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.NetworkTrouble;
import org.sipoauth.cli.json.JsonObject;

/** The key ring of a running server, through its administration interface. */
final class AdminApi implements KeyAccess {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final String SCOPE = "admin";

    private final URI server;
    private final Path clientFile;
    private final HttpsClient https;

    /** @param clientFile holds {@code client_id:client_secret} in its first line */
    AdminApi(URI server, Path clientFile, SSLContext tls) {
        this.server = server;
        this.clientFile = clientFile;
        this.https = new HttpsClient(tls, TIMEOUT);
    }

    @Override
    public List<KeyRow> list() throws InterruptedException {
        return rows(call(headers -> https.get(address("/admin/api/v1/keys"), headers)));
    }

    @Override
    public List<KeyRow> rotate(Use use) throws InterruptedException {
        String body =
                JSONObjectUtils.toJSONString(Map.of("use", use.keyUse().name().toLowerCase(Locale.ROOT)));
        return rows(call(headers -> https.postJson(address("/admin/api/v1/keys/rotate"), headers, body)));
    }

    @Override
    public List<KeyRow> revoke(String kid) throws InterruptedException {
        return rows(call(headers -> https.postJson(address("/admin/api/v1/keys/" + kid + "/revoke"), headers, "{}")));
    }

    @Override
    public String jwkSet() throws InterruptedException {
        try {
            return require200(https.get(address("/oauth2/jwks"), Map.of())).body();
        } catch (IOException trouble) {
            throw unreachable(trouble);
        }
    }

    private interface Request {
        HttpsClient.Answer send(Map<String, String> headers) throws IOException, InterruptedException;
    }

    private JsonObject call(Request request) throws InterruptedException {
        try {
            HttpsClient.Answer answer =
                    require200(request.send(Map.of("Authorization", "Bearer " + accessToken(), "Accept", "*/*")));
            return JsonObject.parse(answer.body());
        } catch (IOException trouble) {
            throw unreachable(trouble);
        } catch (ParseException malformed) {
            throw notAServer();
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
            return JsonObject.parse(require200(answer).body())
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

    private static HttpsClient.Answer require200(HttpsClient.Answer answer) {
        if (answer.status() == 200) {
            return answer;
        }
        throw new CommandFailure(
                ExitCodes.NO,
                "the server answered " + answer.status() + ": " + Printable.line(detail(answer)),
                "Nothing was changed.");
    }

    /** RFC 9457 §3.1.4, where the answer has it. */
    private static String detail(HttpsClient.Answer answer) {
        try {
            return JsonObject.parse(answer.body()).string("detail").orElse("no reason given");
        } catch (ParseException notJson) {
            return "no reason given";
        }
    }

    private static List<KeyRow> rows(JsonObject answer) {
        try {
            return answer.objects("keys").stream().map(KeyRow::of).toList();
        } catch (RuntimeException malformed) {
            throw notAServer();
        }
    }

    private URI address(String path) {
        return server.resolve(path);
    }

    private CommandFailure unreachable(IOException trouble) {
        return new CommandFailure(
                ExitCodes.NO,
                "cannot reach " + server + ": " + NetworkTrouble.inWords(trouble),
                "Check --server and --trust. If the server is down, work on its ring file: --ring.");
    }

    private static CommandFailure notAServer() {
        return new CommandFailure(
                ExitCodes.NO, "the answer is not one of an authz-server of this release", "Check --server.");
    }
}
