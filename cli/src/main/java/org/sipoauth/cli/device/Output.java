package org.sipoauth.cli.device;

import java.io.PrintWriter;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a command on one device prints: the device, as the server has it now. */
final class Output {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    boolean isJson() {
        return json;
    }

    PrintWriter writer() {
        return spec.commandLine().getOut();
    }

    void printDevice(JsonObject device) {
        PrintWriter out = writer();
        DeviceRow row = DeviceRow.of(device);
        if (json) {
            out.println(device.toJson());
        } else {
            DeviceRow.printHeader(out);
            row.print(out);
        }
        out.flush();
    }
}
