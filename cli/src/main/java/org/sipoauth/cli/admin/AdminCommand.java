package org.sipoauth.cli.admin;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.sipoauth.cli.console.ExitCodes;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that asks a running server for something, and prints what it answers. */
public abstract class AdminCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** Asks the server, and prints its answer: as JSON or for a person. */
    protected abstract void run(AdminApi api, PrintWriter out, boolean asJson) throws InterruptedException;

    /** For options that make no sense together; the message is for who gave them. */
    protected final ParameterException misused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    @Override
    public final Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        run(server.open(), out, json);
        out.flush();
        return ExitCodes.OK;
    }
}
