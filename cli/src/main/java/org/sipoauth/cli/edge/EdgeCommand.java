package org.sipoauth.cli.edge;

import java.time.InstantSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands on edges. */
@Command(
        name = "edge",
        description = {
            "Lists, shows, adds and removes edges that may connect to the SIP servers, and checks whether one is let in.",
            "An edge takes phones in from outside, and connects to the registrars by mutual TLS, port 5091."
        },
        synopsisSubcommandLabel = "COMMAND")
public final class EdgeCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private EdgeCommand() {}

    /** The command with all that is below it. */
    public static CommandLine commandLine(InstantSource clock) {
        CommandLine edge = new CommandLine(new EdgeCommand());
        edge.addSubcommand(new ListCommand());
        edge.addSubcommand(new ShowCommand());
        edge.addSubcommand(new AddCommand());
        edge.addSubcommand(new RemoveCommand());
        edge.addSubcommand(new CheckCommand(clock));
        return edge;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }
}
