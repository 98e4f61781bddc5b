package org.sipoauth.cli.sessions;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.console.Times;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the logins of a user, or on a device, that have not ended. */
@Command(name = "list", description = "Shows the logins of a user or on a device, live and revoked, the newest first.")
final class ListCommand implements Callable<Integer> {
    private static final String LINE = "%-26s  %-7s  %-16s  %-16s  %-12s  %-20s  %-20s  %-20s%n";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @ArgGroup(multiplicity = "1")
    private Whose whose;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    private static final class Whose {
        @Option(names = "--user", paramLabel = "USER", description = "All logins of this user.")
        private @Nullable String user;

        @Option(names = "--device", paramLabel = "DEVICE", description = "All logins on this device.")
        private @Nullable String device;

        String query() {
            return user != null ? "user=" + encode(user) : "device=" + encode(String.valueOf(device));
        }

        private static String encode(String value) {
            return URLEncoder.encode(value, StandardCharsets.UTF_8);
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        List<JsonObject> sessions = server.open().all("/sessions?" + whose.query(), "sessions").stream()
                .sorted(Comparator.comparing(
                                (JsonObject session) -> SessionRow.of(session).begun())
                        .reversed())
                .toList();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSONObjectUtils.toJSONString(Map.of(
                    "sessions", sessions.stream().map(JsonObject::members).toList())));
        } else {
            print(sessions.stream().map(SessionRow::of).toList(), out);
        }
        out.flush();
        return ExitCodes.OK;
    }

    private static void print(List<SessionRow> rows, PrintWriter out) {
        out.printf(LINE, "SESSION", "STATE", "USER", "DEVICE", "CLIENT", "BEGUN", "LAST REFRESH", "END");
        for (SessionRow row : rows) {
            out.printf(
                    LINE,
                    Printable.word(row.id()),
                    row.state(),
                    Printable.word(row.user()),
                    row.device().map(Printable::word).orElse("-"),
                    Printable.word(row.client()),
                    Times.seconds(row.begun()),
                    row.lastRefresh().map(Times::seconds).orElse("-"),
                    Times.seconds(row.end()));
        }
    }
}
