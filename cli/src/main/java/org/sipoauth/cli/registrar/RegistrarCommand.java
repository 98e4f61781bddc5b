package org.sipoauth.cli.registrar;

import java.time.InstantSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands on registrars; by itself it only lists them. */
@Command(name = "registrar", description = "Asks a SIP registrar.", synopsisSubcommandLabel = "COMMAND")
public final class RegistrarCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private RegistrarCommand() {}

    /** The command with all that is below it. */
    public static CommandLine commandLine(InstantSource clock) {
        CommandLine registrar = new CommandLine(new RegistrarCommand());
        registrar.addSubcommand(new StatusCommand(clock));
        return registrar;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }
}
