package org.sipoauth.cli.edge;

import java.io.PrintWriter;
import java.util.List;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.admin.AdminCommand;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows one edge. */
@Command(name = "show", description = "Shows one.")
final class ShowCommand extends AdminCommand {
    @Parameters(paramLabel = "EDGE", description = "Its name, as edge list prints it.")
    private String name;

    @Override
    protected void run(AdminApi api, PrintWriter out, boolean asJson) throws InterruptedException {
        JsonObject answer = api.get(EdgeRow.path(name));
        EdgeRow.print(answer, List.of(answer), out, asJson);
    }
}
