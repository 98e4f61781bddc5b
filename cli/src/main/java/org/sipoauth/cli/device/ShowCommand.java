package org.sipoauth.cli.device;

import java.util.concurrent.Callable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows one device. */
@Command(name = "show", description = "Shows one device.")
final class ShowCommand implements Callable<Integer> {
    @Mixin
    private ServerOptions server;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "DEVICE", description = "Its name, such as CSFALICE.")
    private String name;

    @Override
    public Integer call() throws InterruptedException {
        output.printDevice(server.open().get(DeviceRow.path(name)));
        return ExitCodes.OK;
    }
}
