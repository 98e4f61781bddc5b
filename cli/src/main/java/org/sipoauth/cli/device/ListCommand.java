package org.sipoauth.cli.device;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the devices. */
@Command(name = "list", description = "Shows the devices, by name: all of them, or those of an owner or a profile.")
final class ListCommand implements Callable<Integer> {
    @Mixin
    private ServerOptions server;

    @Mixin
    private Output output;

    @Option(names = "--owner", paramLabel = "USER", description = "Only those of this subscriber.")
    private @Nullable String owner;

    @Option(
            names = "--profile",
            paramLabel = "PROFILE",
            description = "Only those that refer to this security profile.")
    private @Nullable String profile;

    @Override
    public Integer call() throws InterruptedException {
        List<String> filters = new ArrayList<>();
        if (owner != null) {
            filters.add("owner=" + DeviceRow.encode(owner));
        }
        if (profile != null) {
            filters.add("security_profile=" + DeviceRow.encode(profile));
        }
        List<JsonObject> devices =
                server.open().all("/devices" + (filters.isEmpty() ? "" : "?" + String.join("&", filters)), "devices");
        PrintWriter out = output.writer();
        if (output.isJson()) {
            out.println(JSONObjectUtils.toJSONString(
                    Map.of("devices", devices.stream().map(JsonObject::members).toList())));
        } else {
            List<DeviceRow> rows = devices.stream().map(DeviceRow::of).toList();
            DeviceRow.printHeader(out);
            rows.forEach(row -> row.print(out));
        }
        out.flush();
        return ExitCodes.OK;
    }
}
