package org.sipoauth.cli.sessions;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.console.Times;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows one login. */
@Command(name = "show", description = "Shows one login.")
final class ShowCommand implements Callable<Integer> {
    private static final String LINE = "%-13s %s%n";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Parameters(paramLabel = "SESSION", description = "Its id, as sessions list prints it: the sid of its tokens.")
    private String id;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        JsonObject answer = server.open().get("/sessions/" + URLEncoder.encode(id, StandardCharsets.UTF_8));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer.toJson());
        } else {
            print(SessionRow.of(answer), out);
        }
        out.flush();
        return ExitCodes.OK;
    }

    private static void print(SessionRow row, PrintWriter out) {
        out.printf(LINE, "session", Printable.word(row.id()));
        out.printf(LINE, "state", row.state());
        row.revokedAt().ifPresent(at -> out.printf(LINE, "revoked", Times.seconds(at)));
        row.revokedBecause().ifPresent(why -> out.printf(LINE, "because", Printable.line(why)));
        out.printf(LINE, "user", Printable.word(row.user()));
        out.printf(LINE, "device", row.device().map(Printable::word).orElse("-"));
        out.printf(LINE, "client", Printable.word(row.client()));
        out.printf(LINE, "scopes", Printable.line(String.join(" ", row.scopes())));
        out.printf(LINE, "begun", Times.seconds(row.begun()));
        out.printf(LINE, "last refresh", row.lastRefresh().map(Times::seconds).orElse("-"));
        out.printf(LINE, "generation", row.generation());
        out.printf(LINE, "end", Times.seconds(row.end()));
    }
}
