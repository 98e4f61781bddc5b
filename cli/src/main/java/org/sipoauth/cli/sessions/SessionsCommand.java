package org.sipoauth.cli.sessions;

import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands on logins; by itself it only lists them. */
@Command(
        name = "sessions",
        description = {
            "Lists, shows and revokes logins of phones.",
            "A session is one login of one user on one device, with all the tokens that came of it."
        },
        synopsisSubcommandLabel = "COMMAND")
public final class SessionsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private SessionsCommand() {}

    /** The command with all that is below it. */
    public static CommandLine commandLine() {
        CommandLine sessions = new CommandLine(new SessionsCommand());
        sessions.addSubcommand(new ListCommand());
        sessions.addSubcommand(new ShowCommand());
        sessions.addSubcommand(new RevokeCommand());
        sessions.addSubcommand(new SweepCommand(Duration.ofSeconds(1)));
        return sessions;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }
}
