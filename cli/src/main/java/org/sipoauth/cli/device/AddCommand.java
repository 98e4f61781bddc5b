package org.sipoauth.cli.device;

import java.util.List;
import java.util.concurrent.Callable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds a device. */
@Command(name = "add", description = "Adds a device. One of that name must not be there yet.")
final class AddCommand implements Callable<Integer> {
    @Mixin
    private ServerOptions server;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "DEVICE", description = "Its name, such as CSFALICE or SEP00005E005301.")
    private String name;

    @Option(
            names = "--owner",
            required = true,
            paramLabel = "USER",
            description = "The subscriber who may sign in on it.")
    private String owner;

    @Option(
            names = "--address",
            required = true,
            paramLabel = "SIP-URI",
            description = "An address-of-record that it registers; up to four.")
    private List<String> addresses;

    @Option(
            names = "--profile",
            defaultValue = "standard-oauth",
            paramLabel = "PROFILE",
            description = "Its security profile; ${DEFAULT-VALUE} unless given.")
    private String profile;

    @Option(names = "--disabled", description = "It gets no tokens until it is enabled.")
    private boolean disabled;

    @Override
    public Integer call() throws InterruptedException {
        output.printDevice(
                server.open().create(DeviceRow.path(name), DeviceRow.body(owner, addresses, profile, !disabled)));
        return ExitCodes.OK;
    }
}
