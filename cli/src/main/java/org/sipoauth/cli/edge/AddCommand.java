package org.sipoauth.cli.edge;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts an edge on the list. */
@Command(
        name = "add",
        description = {
            "Puts an edge on the list, or gives one that is there other certificate names. Registrars let it in with their"
                    + " next poll of the list, 15 seconds by default.",
            "To add it a second time does no harm."
        })
final class AddCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Parameters(paramLabel = "EDGE", description = "What it is to be called.")
    private String name;

    @Option(
            names = "--certificate-name",
            paramLabel = "NAME",
            description =
                    "A name, SAN or CN, of its certificate; repeatable, any one admits it. Otherwise EDGE is the name.")
    private List<String> certificateNames = new ArrayList<>();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        List<String> names = certificateNames.isEmpty() ? List.of(name) : certificateNames;
        JsonObject answer =
                server.open().put(EdgeRow.path(name), JSONObjectUtils.toJSONString(Map.of("certificate_names", names)));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer.toJson());
        } else {
            EdgeRow row = EdgeRow.of(answer);
            out.println(
                    "On the list: " + Printable.word(row.name()) + ", by the certificate names " + row.names() + ".");
        }
        out.flush();
        return ExitCodes.OK;
    }
}
