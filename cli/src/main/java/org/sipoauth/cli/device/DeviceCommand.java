package org.sipoauth.cli.device;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands on devices. */
@Command(
        name = "device",
        description = {
            "Lists, shows, adds, changes and removes devices, one by one or as a file of comma-separated values.",
            "A softphone is named after its user, with CSF before it on a computer, BOT on Android, TCT on an iPhone and TAB"
                    + " on a tablet; a desk phone is SEP and its MAC address. 15 characters at most.",
            "What is taken from a device ends its logins at once.",
            "Where one does not register, diagnose tells why, and what to do."
        },
        synopsisSubcommandLabel = "COMMAND")
public final class DeviceCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private DeviceCommand() {}

    /** The command with all that is below it. */
    public static CommandLine commandLine() {
        CommandLine device = new CommandLine(new DeviceCommand());
        device.addSubcommand(new ListCommand());
        device.addSubcommand(new ShowCommand());
        device.addSubcommand(new DiagnoseCommand());
        device.addSubcommand(new AddCommand());
        device.addSubcommand(new SetCommand());
        device.addSubcommand(new SwitchCommand.Enable());
        device.addSubcommand(new SwitchCommand.Disable());
        device.addSubcommand(new RemoveCommand());
        device.addSubcommand(new ImportCommand());
        device.addSubcommand(new ExportCommand());
        return device;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }
}
