package org.sipoauth.cli.activation;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Ends a code that nobody is to use any more. */
@Command(
        name = "remove",
        description =
                "Ends the activation code of a device, if it has one that was not used. A login that one has begun goes"
                        + " on: sipoauth sessions revoke --device ends it.")
final class RemoveCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Parameters(paramLabel = "DEVICE", description = "The desk phone.")
    private String device;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        ActivationCommand.requireName(device, spec);
        server.open().delete(ActivationCommand.path(device));
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                json
                        ? JSONObjectUtils.toJSONString(Map.of("removed", device))
                        : "Ended: the activation code of " + Printable.word(device) + ".");
        out.flush();
        return ExitCodes.OK;
    }
}
