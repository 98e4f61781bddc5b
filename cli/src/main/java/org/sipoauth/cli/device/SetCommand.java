package org.sipoauth.cli.device;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes a device. */
@Command(
        name = "set",
        description = {
            "Changes a device; what is not named stays.",
            "With another owner, an address less, or a profile without OAuth its logins end at once."
        })
final class SetCommand implements Callable<Integer> {
    @Mixin
    private ServerOptions server;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "DEVICE", description = "Its name, such as CSFALICE.")
    private String name;

    @ArgGroup(exclusive = false, multiplicity = "1")
    private Change change;

    private static final class Change {
        @Option(names = "--owner", paramLabel = "USER", description = "The subscriber who may sign in on it.")
        private @Nullable String owner;

        @Option(
                names = "--address",
                paramLabel = "SIP-URI",
                description = "An address-of-record that it registers, in place of all it had; up to four.")
        private @Nullable List<String> addresses;

        @Option(names = "--profile", paramLabel = "PROFILE", description = "Its security profile.")
        private @Nullable String profile;

        String body(JsonObject before) {
            DeviceRow row = DeviceRow.of(before);
            return DeviceRow.body(
                    Objects.requireNonNullElse(owner, row.owner()),
                    Objects.requireNonNullElse(addresses, row.addresses()),
                    Objects.requireNonNullElse(profile, row.profile()),
                    row.enabled());
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        output.printDevice(server.open().replace(DeviceRow.path(name), change::body));
        return ExitCodes.OK;
    }
}
