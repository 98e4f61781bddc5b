package org.sipoauth.cli.activation;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands on activation codes. */
@Command(
        name = "activation",
        description = {
            "Makes and ends activation codes: whoever enters one at a desk phone signs it in, once.",
            "A code is for one device, and is shown when it is made and never again."
        },
        synopsisSubcommandLabel = "COMMAND")
public final class ActivationCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private ActivationCommand() {}

    /** The command with all that is below it. */
    public static CommandLine commandLine() {
        CommandLine activation = new CommandLine(new ActivationCommand());
        activation.addSubcommand(new CreateCommand());
        activation.addSubcommand(new RemoveCommand());
        return activation;
    }

    /** Where the API has the code of a device. */
    static String path(String device) {
        return "/devices/" + device + "/activation-code";
    }

    /** Names of devices can stand in a path as they are. */
    static void requireName(String device, CommandSpec command) {
        if (!device.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,49}")) {
            throw new ParameterException(
                    command.commandLine(), "not a device name: 1 to 50 letters, digits, '.', '_' or '-'");
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }
}
