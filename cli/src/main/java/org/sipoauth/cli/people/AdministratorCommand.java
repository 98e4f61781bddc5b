package org.sipoauth.cli.people;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands on administrators. */
@Command(
        name = "administrator",
        description =
                "Lists, adds, changes and removes administrators: people who manage the server, and own no phones.",
        synopsisSubcommandLabel = "COMMAND")
public final class AdministratorCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private AdministratorCommand() {}

    /** The command with all that is below it. */
    public static CommandLine commandLine() {
        return AccountCommands.addTo(new CommandLine(new AdministratorCommand()), Sort.ADMINISTRATOR);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }
}
