package org.sipoauth.cli.audit;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.console.Times;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Searches the audit trail. */
@Command(
        name = "audit",
        description = {
            "Shows decisions of the last days that matter for an incident, of all servers, the newest first: logins begun"
                    + " and revoked, refreshes and sign-ins refused, and why.",
            "Filters add up: what is shown agrees with all of them."
        })
public final class AuditCommand implements Callable<Integer> {
    private static final String LINE = "%-20s  %-22s  %-20s  %-16s  %-16s  %-12s  %s%n";
    private static final int USUAL_LIMIT = 100;

    /** Shown below the line of a record, where it has them. */
    private static final List<String> MORE = List.of(
            "detail",
            "reason",
            "by",
            "method",
            "path",
            "named_session",
            "named_user",
            "named_device",
            "address",
            "repeats",
            "unrecorded",
            "advice");

    private static final Pattern AGO = Pattern.compile("(\\d{1,5})([smhd])");

    private final InstantSource clock;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Option(names = "--user", paramLabel = "USER", description = "What is about this user.")
    private @Nullable String user;

    @Option(names = "--device", paramLabel = "DEVICE", description = "What is about this device.")
    private @Nullable String device;

    @Option(names = "--session", paramLabel = "SESSION", description = "What is about this login.")
    private @Nullable String session;

    @Option(names = "--client", paramLabel = "CLIENT", description = "What is about this client.")
    private @Nullable String client;

    @Option(names = "--event", paramLabel = "EVENT", description = "Such as begun, refused, revoked, sign_in_refused.")
    private @Nullable String event;

    @Option(names = "--outcome", paramLabel = "OUTCOME", description = "Such as replayed, revoked, wrong_password.")
    private @Nullable String outcome;

    @Option(names = "--by", paramLabel = "NAME", description = "What this administrator or service did.")
    private @Nullable String by;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Not before: an instant such as 2026-01-31T12:00:00Z, or how long ago: 90s, 15m, 1h, 2d.")
    private @Nullable String since;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many, 1 to 1000 (100 unless given).")
    private @Nullable Integer limit;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /**
     * The command with what is below it.
     *
     * @param clock to count {@code --since 1h} back from
     */
    public static CommandLine commandLine(InstantSource clock) {
        CommandLine audit = new CommandLine(new AuditCommand(clock));
        audit.addSubcommand(new VerifyCommand());
        return audit;
    }

    private AuditCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        Map<String, String> query = new LinkedHashMap<>();
        put(query, "user", user);
        put(query, "device", device);
        put(query, "session", session);
        put(query, "client", client);
        put(query, "event", event);
        put(query, "outcome", outcome);
        put(query, "by", by);
        put(query, "since", since == null ? null : instant(since).toString());
        put(query, "limit", limit == null ? null : limit.toString());
        List<JsonObject> records = search(query, limit == null ? USUAL_LIMIT : limit);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSONObjectUtils.toJSONString(
                    Map.of("records", records.stream().map(JsonObject::members).toList())));
        } else {
            print(records, out);
        }
        out.flush();
        return ExitCodes.OK;
    }

    /** The server looks so far back at a time, and says where to go on. */
    private List<JsonObject> search(Map<String, String> query, int wanted) throws InterruptedException {
        AdminApi api = server.open();
        List<JsonObject> records = new ArrayList<>();
        Optional<String> next;
        do {
            JsonObject page = api.get("/audit?" + HttpsClient.encode(query));
            records.addAll(page.objects("records"));
            next = page.string("next");
            next.ifPresent(after -> query.put("after", after));
            query.put("limit", Integer.toString(wanted - records.size()));
        } while (next.isPresent() && records.size() < wanted);
        return records;
    }

    private static void put(Map<String, String> query, String name, @Nullable String value) {
        if (value != null) {
            query.put(name, value);
        }
    }

    private Instant instant(String text) {
        Matcher ago = AGO.matcher(text);
        if (ago.matches()) {
            return clock.instant().minus(duration(Long.parseLong(ago.group(1)), ago.group(2)));
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException neither) {
            throw new ParameterException(
                    spec.commandLine(), "--since is an instant such as 2026-01-31T12:00:00Z, or 90s, 15m, 1h, 2d ago");
        }
    }

    private static Duration duration(long amount, String unit) {
        return switch (unit) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    private static void print(List<JsonObject> records, PrintWriter out) {
        out.printf(LINE, "AT", "EVENT", "OUTCOME", "USER", "DEVICE", "CLIENT", "SESSION");
        for (JsonObject record : records) {
            out.printf(
                    LINE,
                    record.string("at").map(AuditCommand::seconds).orElse("-"),
                    word(record, "event"),
                    word(record, "outcome"),
                    word(record, "user"),
                    word(record, "device"),
                    word(record, "client"),
                    word(record, "session"));
            for (String more : MORE) {
                record.string(more).ifPresent(text -> out.printf("    %-12s %s%n", more, Printable.line(text)));
            }
        }
    }

    private static String word(JsonObject record, String name) {
        return record.string(name).map(Printable::word).orElse("-");
    }

    private static String seconds(String at) {
        try {
            return Times.seconds(Instant.parse(at));
        } catch (DateTimeParseException unknownForm) {
            return Printable.word(at);
        }
    }
}
