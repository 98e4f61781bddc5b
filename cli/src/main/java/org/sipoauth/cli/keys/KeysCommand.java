package org.sipoauth.cli.keys;

import java.time.InstantSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands on the key ring; by itself it only lists them. */
@Command(
        name = "keys",
        description = {
            "Lists, rotates, revokes and exports the keys that make tokens.",
            "They go to a running server (--server), or to the ring file of a server that keeps one (--ring), which a"
                    + " running server reads again within seconds."
        },
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nAlso understood, for hands that know them:%n",
        footer = {
            "  sipoauth show key authz signing|encryption        keys list --use ...",
            "  sipoauth set key regen authz signing|encryption   keys rotate --use ..."
        })
public final class KeysCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private KeysCommand() {}

    /** The command with all that is below it. */
    public static CommandLine commandLine(InstantSource clock) {
        CommandLine keys = new CommandLine(new KeysCommand());
        keys.addSubcommand(new ListCommand(clock));
        keys.addSubcommand(new RotateCommand(clock));
        keys.addSubcommand(RevokeCommand.commandLine(clock));
        keys.addSubcommand(new ExportCommand(clock));
        keys.addSubcommand(new RewrapCommand());
        return keys;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }
}
