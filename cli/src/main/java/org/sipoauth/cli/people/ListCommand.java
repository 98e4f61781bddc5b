package org.sipoauth.cli.people;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows all accounts of one sort. */
@Command(name = "list", description = "Shows all of them, by name.")
final class ListCommand implements Callable<Integer> {
    private static final String LINE = "%-32s  %-13s  %-18s  %s%n";

    private final Sort sort;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    ListCommand(Sort sort) {
        this.sort = sort;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<JsonObject> accounts = server.open().all("/" + sort.plural(), sort.plural());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSONObjectUtils.toJSONString(Map.of(
                    sort.plural(), accounts.stream().map(JsonObject::members).toList())));
        } else {
            out.printf(LINE, sort.word().toUpperCase(Locale.ROOT), "ROLE", "STATE", "PASSWORD");
            accounts.stream()
                    .map(AccountRow::of)
                    .forEach(row -> out.printf(LINE, row.name(), row.role().orElse("-"), row.state(), row.password()));
        }
        out.flush();
        return ExitCodes.OK;
    }
}
