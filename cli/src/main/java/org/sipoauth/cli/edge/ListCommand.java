package org.sipoauth.cli.edge;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the list of edges. */
@Command(name = "list", description = "Shows the edges that may connect, and the certificate names that admit them.")
final class ListCommand implements Callable<Integer> {
    private static final String LINE = "%-24s  %s%n";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        JsonObject answer = server.open().get("/edges");
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer.toJson());
        } else {
            print(answer, out);
        }
        out.flush();
        return ExitCodes.OK;
    }

    private static void print(JsonObject answer, PrintWriter out) {
        if (!answer.members().containsKey("edges")) {
            throw AdminApi.notAServer();
        }
        List<EdgeRow> rows = answer.objects("edges").stream().map(EdgeRow::of).toList();
        out.printf(LINE, "EDGE", "CERTIFICATE NAMES");
        rows.forEach(row -> out.printf(LINE, Printable.word(row.name()), row.names()));
    }
}
