package org.sipoauth.cli.people;

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

/** Removes an account. */
@Command(
        name = "remove",
        description =
                "Removes one, with all browser sessions and logins of phones. A user's devices stay, disabled: remove them"
                        + " as well, or give them to somebody and enable them.")
final class RemoveCommand implements Callable<Integer> {
    private final Sort sort;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Parameters(paramLabel = "NAME", description = "The account's name.")
    private String name;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    RemoveCommand(Sort sort) {
        this.sort = sort;
    }

    @Override
    public Integer call() throws InterruptedException {
        server.open().delete(sort.path(name));
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                json
                        ? JSONObjectUtils.toJSONString(Map.of("removed", name))
                        : "Removed: the " + sort.word() + " " + Printable.word(name) + ".");
        out.flush();
        return ExitCodes.OK;
    }
}
