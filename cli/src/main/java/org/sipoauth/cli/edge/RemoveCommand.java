package org.sipoauth.cli.edge;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes an edge off the list. */
@Command(
        name = "remove",
        description = "Takes an edge off the list. Registrars end its connections with their next poll of the list, 15"
                + " seconds by default; phones behind it lose their way in.")
final class RemoveCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Parameters(paramLabel = "EDGE", description = "Its name, as edge list prints it.")
    private String name;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        server.open().delete(EdgeRow.path(name));
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                json
                        ? JSONObjectUtils.toJSONString(Map.of("removed", name))
                        : "Removed from the list: " + Printable.word(name) + ".");
        out.flush();
        return ExitCodes.OK;
    }
}
