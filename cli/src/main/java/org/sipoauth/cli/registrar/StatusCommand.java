package org.sipoauth.cli.registrar;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.console.Times;
import org.sipoauth.cli.http.NetworkTrouble;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows how a registrar is. */
@Command(
        name = "status",
        description = {
            "Shows where a registrar listens, its mode, how old its keys and lists are, how many bindings it has, and whom"
                    + " it refused last.",
            "Run it on the registrar's own machine: the page it reads is open there alone."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:phones with good tokens can register there now",
            "1:the registrar cannot be asked",
            "2:wrong usage",
            "3:phones cannot register there now; the status says why"
        })
final class StatusCommand implements Callable<Integer> {
    static final int NOT_UP = 3;

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String FIELD = "%-20s%s%n";
    private static final String REFUSAL = "  %-20s  %-20s  %-6s  %-28s  %-20s  %s%n";

    private final InstantSource clock;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--management",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:9091",
            description = "The registrar's management port (default: ${DEFAULT-VALUE}).")
    private URI management;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    StatusCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonObject status = ask();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(status.toJson());
        } else {
            print(status, out);
        }
        out.flush();
        return status.string("status").equals(Optional.of("UP")) ? ExitCodes.OK : NOT_UP;
    }

    private JsonObject ask() throws InterruptedException {
        requireLoopback();
        HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
        HttpRequest request = HttpRequest.newBuilder(management.resolve("/status"))
                .timeout(TIMEOUT)
                .build();
        try {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw unusable("it answered " + answer.statusCode());
            }
            JsonObject status = JsonObject.parse(answer.body());
            if (status.object("listeners").isEmpty()) {
                throw unusable("what answers there is no registrar");
            }
            return status;
        } catch (IOException trouble) {
            throw unusable(NetworkTrouble.inWords(trouble));
        } catch (ParseException malformed) {
            throw unusable("what answers there is no registrar");
        }
    }

    /** Plain HTTP, so that nothing but this machine may be between the two. */
    private void requireLoopback() {
        try {
            if ("http".equalsIgnoreCase(management.getScheme())
                    && management.getHost() != null
                    && InetAddress.getByName(management.getHost()).isLoopbackAddress()) {
                return;
            }
        } catch (IOException unknown) {
            // then it is no address of this machine either
        }
        throw new ParameterException(
                spec.commandLine(), "--management: an http address of this machine, such as http://127.0.0.1:9091");
    }

    private CommandFailure unusable(String why) {
        return new CommandFailure(
                ExitCodes.NO,
                "cannot ask the registrar at " + management + ": " + why,
                "Run this where the registrar runs; its management-port is 9091 unless set.");
    }

    private void print(JsonObject status, PrintWriter out) {
        out.printf(FIELD, "status", text(status, "status"));
        out.printf(FIELD, "node", text(status, "node"));
        Map<String, Object> pending =
                status.object("portsPending").map(JsonObject::members).orElse(Map.of());
        status.object("listeners")
                .ifPresent(ports -> ports.members()
                        .forEach((port, address) -> out.printf(
                                FIELD,
                                "listens, " + Printable.word(port),
                                Printable.word("" + address)
                                        + (pending.containsKey(port)
                                                ? ", not as the server wants: " + Printable.line("" + pending.get(port))
                                                : ""))));
        if (status.members().containsKey("portsReadAt")) {
            out.printf(FIELD, "ports, as served", age(status, "portsReadAt"));
        }
        out.printf(FIELD, "SIP OAuth mode", text(status, "mode") + ageIfFollowed(status, "modeReadAt"));
        out.printf(FIELD, "bindings", text(status, "bindings"));
        out.printf(FIELD, "keys", status.strings("keyIds").size() + ", " + age(status, "keysReadAt"));
        if (status.members().containsKey("statusLists")) {
            out.printf(
                    FIELD,
                    "status lists",
                    text(status, "statusLists") + ", " + age(status, "statusListsReadAt") + ", "
                            + text(status, "revoked") + " logins revoked");
        }
        out.printf(FIELD, "edges", text(status, "edges") + ageIfFollowed(status, "edgesReadAt"));
        out.printf(FIELD, "certificate ends", text(status, "certificateEnds"));
        List<JsonObject> refusals = status.objects("lastRefusals");
        out.printf(FIELD, "last refusals", refusals.isEmpty() ? "none since the start" : "");
        if (!refusals.isEmpty()) {
            out.printf(REFUSAL, "AT", "CAUSE", "STATUS", "TO", "DEVICE", "DETAIL");
        }
        for (JsonObject refusal : refusals) {
            out.printf(
                    REFUSAL,
                    time(refusal, "at").map(Times::seconds).orElse("-"),
                    text(refusal, "cause"),
                    text(refusal, "status"),
                    text(refusal, "to"),
                    refusal.strings("devices").isEmpty()
                            ? "-"
                            : Printable.word(String.join(",", refusal.strings("devices"))),
                    text(refusal, "detail"));
        }
    }

    private String ageIfFollowed(JsonObject json, String member) {
        return json.members().containsKey(member) ? ", " + age(json, member) : "";
    }

    private String age(JsonObject json, String member) {
        return time(json, member)
                .map(read -> "read "
                        + Math.max(0, Duration.between(read, clock.instant()).toSeconds()) + " s ago")
                .orElse("never read");
    }

    private static Optional<Instant> time(JsonObject json, String member) {
        try {
            return json.string(member).map(Instant::parse);
        } catch (DateTimeParseException malformed) {
            return Optional.empty();
        }
    }

    private static String text(JsonObject json, String member) {
        return Printable.line(String.valueOf(json.members().getOrDefault(member, "-")));
    }
}
