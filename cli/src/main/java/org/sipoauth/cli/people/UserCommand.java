package org.sipoauth.cli.people;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands on users. */
@Command(
        name = "user",
        description = "Lists, adds, changes and removes users: subscribers, who own phones and sign in on them.",
        synopsisSubcommandLabel = "COMMAND")
public final class UserCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private UserCommand() {}

    /** The command with all that is below it. */
    public static CommandLine commandLine() {
        return AccountCommands.addTo(new CommandLine(new UserCommand()), Sort.USER);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }
}
