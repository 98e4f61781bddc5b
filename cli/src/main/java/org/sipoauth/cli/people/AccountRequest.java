package org.sipoauth.cli.people;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks for something that is done to one account, and prints what it is like then. */
abstract class AccountRequest implements Callable<Integer> {
    private final Sort sort;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Parameters(paramLabel = "NAME", description = "The account's name.")
    private String name;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    AccountRequest(Sort sort) {
        this.sort = sort;
    }

    final Sort sort() {
        return sort;
    }

    /** @param path of the account */
    abstract JsonObject send(AdminApi api, String path) throws InterruptedException;

    /** What has been done, before the account's state. */
    abstract String done();

    @Override
    public final Integer call() throws InterruptedException {
        JsonObject answer = send(server.open(), sort.path(name));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer.toJson());
        } else {
            AccountRow row = AccountRow.of(answer);
            out.println(
                    done() + row.name() + row.role().map(role -> ", " + role).orElse("") + ", " + row.state()
                            + ", password: " + row.password());
            answer.string("one_time_password")
                    .ifPresent(password -> out.println("One-time password, shown this once, good for choosing another: "
                            + Printable.word(password)));
        }
        out.flush();
        return ExitCodes.OK;
    }
}
