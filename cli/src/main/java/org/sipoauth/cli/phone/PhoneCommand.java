package org.sipoauth.cli.phone;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The phone's commands; by itself it only lists them. */
@Command(name = "phone", description = "Does what a phone does.", synopsisSubcommandLabel = "COMMAND")
public final class PhoneCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }
}
