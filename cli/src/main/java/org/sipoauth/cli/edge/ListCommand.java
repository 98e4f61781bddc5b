package org.sipoauth.cli.edge;

import java.io.PrintWriter;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.admin.AdminCommand;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Command;

/** Shows the list of edges. */
@Command(name = "list", description = "Shows the edges that may connect, and the certificate names that admit them.")
final class ListCommand extends AdminCommand {

    @Override
    protected void run(AdminApi api, PrintWriter out, boolean asJson) throws InterruptedException {
        JsonObject answer = api.get("/edges?limit=1000");
        if (!answer.members().containsKey("edges")) {
            throw AdminApi.notAServer();
        }
        EdgeRow.print(answer, answer.objects("edges"), out, asJson);
    }
}
