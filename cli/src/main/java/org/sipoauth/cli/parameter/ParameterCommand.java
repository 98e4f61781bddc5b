package org.sipoauth.cli.parameter;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.admin.AdminCommand;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands on the parameters of a platform. */
@Command(
        name = "parameter",
        description = {
            "Shows and sets the parameters of a platform: how long tokens live, and where a sign-in may end.",
            "All servers have a change within seconds. It is for tokens issued from then on. Nothing restarts."
        },
        synopsisSubcommandLabel = "COMMAND")
public final class ParameterCommand implements Runnable {
    private static final String PATH = "/parameters";
    private static final String LINE = "%-32s  %-16s  %-20s  %-12s  %s%n";

    @Spec
    private CommandSpec spec;

    private ParameterCommand() {}

    /** The command with all that is below it. */
    public static CommandLine commandLine() {
        CommandLine parameter = new CommandLine(new ParameterCommand());
        parameter.addSubcommand(new ListParameters());
        parameter.addSubcommand(new Show());
        parameter.addSubcommand(new Set());
        parameter.addSubcommand(new Reset());
        return parameter;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }

    @Command(name = "list", description = "Shows all, with the values they take and what Unified CM calls them.")
    private static final class ListParameters extends AdminCommand {
        @Override
        protected void run(AdminApi api, PrintWriter out, boolean asJson) throws InterruptedException {
            JsonObject answer = api.get(PATH);
            print(answer, answer.objects("parameters"), out, asJson);
        }
    }

    @Command(name = "show", description = "Shows one.")
    private static final class Show extends AdminCommand {
        @Parameters(paramLabel = "PARAMETER", description = "Its name, as parameter list prints it.")
        private String name;

        @Override
        protected void run(AdminApi api, PrintWriter out, boolean asJson) throws InterruptedException {
            JsonObject answer = api.get(path(name));
            print(answer, List.of(answer), out, asJson);
        }
    }

    @Command(
            name = "set",
            description = "Sets one. The list says its range; one that takes several values is set to these alone.")
    private static final class Set extends AdminCommand {
        @Parameters(index = "0", paramLabel = "PARAMETER", description = "Its name, as parameter list prints it.")
        private String name;

        @Parameters(
                index = "1..*",
                paramLabel = "VALUE",
                description = "A number, a word, or addresses; none: the empty list.")
        private List<String> values = new ArrayList<>();

        @Override
        protected void run(AdminApi api, PrintWriter out, boolean asJson) throws InterruptedException {
            String path = path(name);
            Object value = ParameterRow.value(api.get(path), values);
            JsonObject answer = api.put(path, JSONObjectUtils.toJSONString(Map.of("value", value)));
            out.println(asJson ? answer.toJson() : ParameterRow.of(answer).sentence());
        }
    }

    @Command(name = "reset", description = "Takes back what was set: what the server's settings say holds again.")
    private static final class Reset extends AdminCommand {
        @Parameters(paramLabel = "PARAMETER", description = "Its name, as parameter list prints it.")
        private String name;

        @Override
        protected void run(AdminApi api, PrintWriter out, boolean asJson) throws InterruptedException {
            api.delete(path(name));
            JsonObject answer = api.get(path(name));
            out.println(asJson ? answer.toJson() : ParameterRow.of(answer).sentence());
        }
    }

    private static void print(JsonObject answer, List<JsonObject> parameters, PrintWriter out, boolean asJson) {
        if (asJson) {
            out.println(answer.toJson());
            return;
        }
        List<ParameterRow> rows = parameters.stream().map(ParameterRow::of).toList();
        out.printf(LINE, "PARAMETER", "VALUE", "RANGE", "DEFAULT", "IN UNIFIED CM");
        rows.forEach(row -> out.printf(
                LINE, row.name(), row.value(), row.range(), row.isSet() ? row.usual() : "", row.familiarName()));
    }

    private static String path(String name) {
        return PATH + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    }
}
