package org.sipoauth.cli.device;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Removes a device. */
@Command(name = "remove", description = "Removes a device. Its logins end, at registrars with their next poll.")
final class RemoveCommand implements Callable<Integer> {
    @Mixin
    private ServerOptions server;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "DEVICE", description = "Its name, as device list prints it.")
    private String name;

    @Override
    public Integer call() throws InterruptedException {
        server.open().delete(DeviceRow.path(name));
        PrintWriter out = output.writer();
        out.println(
                output.isJson()
                        ? JSONObjectUtils.toJSONString(Map.of("removed", name))
                        : "Removed: " + Printable.word(name) + ".");
        out.flush();
        return ExitCodes.OK;
    }
}
