package org.sipoauth.cli.device;

import java.util.concurrent.Callable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Enables or disables a device. */
abstract class SwitchCommand implements Callable<Integer> {
    private final boolean enabled;

    @Mixin
    private ServerOptions server;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "DEVICE", description = "Its name, such as CSFALICE.")
    private String name;

    private SwitchCommand(boolean enabled) {
        this.enabled = enabled;
    }

    @Command(name = "enable", description = "Lets the owner of a device sign in on it again.")
    static final class Enable extends SwitchCommand {
        Enable() {
            super(true);
        }
    }

    @Command(
            name = "disable",
            description =
                    "Ends the logins on a device, at registrars with their next poll, 15 seconds by default; nobody"
                            + " can sign in on it until it is enabled.")
    static final class Disable extends SwitchCommand {
        Disable() {
            super(false);
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        output.printDevice(server.open().replace(DeviceRow.path(name), before -> {
            DeviceRow row = DeviceRow.of(before);
            return DeviceRow.body(row.owner(), row.addresses(), row.profile(), enabled);
        }));
        return ExitCodes.OK;
    }
}
