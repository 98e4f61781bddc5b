package org.sipoauth.cli.device;

import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells why a device does not register. */
@Command(
        name = "diagnose",
        description = {
            "Tells why a device does not register: all that must hold for it, with what to do where it does not.",
            "As the page “Why not registered?” of the console does."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:nothing stands in its way as far as the server knows",
            "1:something does; or the server does not do what is asked",
            "2:wrong usage"
        })
final class DiagnoseCommand implements Callable<Integer> {
    private static final String FIELD = "%-12s%s%n";

    /** What a state is called in a terminal. */
    private static final Map<String, String> MARKS = Map.of("holds", "ok", "fails", "NO");

    @Mixin
    private ServerOptions server;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "DEVICE", description = "Its name, such as CSFALICE.")
    private String name;

    @Option(
            names = "--said",
            paramLabel = "CAUSE",
            description = "What a registrar or the server said, to be explained, such as registrar.token_expired: after"
                    + " registrar., handshake., message. or server. the cause as its log names it.")
    private @Nullable String said;

    @Override
    public Integer call() throws InterruptedException {
        String query = said == null ? "" : "?" + HttpsClient.encode(Map.of("said", said));
        JsonObject diagnosis = server.open().get(DeviceRow.path(name) + "/diagnosis" + query);
        PrintWriter out = output.writer();
        if (output.isJson()) {
            out.println(diagnosis.toJson());
        } else {
            print(diagnosis, out);
        }
        out.flush();
        return Boolean.TRUE.equals(diagnosis.members().get("fine")) ? ExitCodes.OK : ExitCodes.NO;
    }

    private static void print(JsonObject diagnosis, PrintWriter out) {
        out.println(text(diagnosis, "conclusion"));
        Optional<String> first = diagnosis.string("first");
        first.ifPresent(remedy -> out.printf(FIELD, "you, first", Printable.line(remedy)));
        out.printf(FIELD, first.isPresent() ? "phone, then" : "phone, next", text(diagnosis, "phone"));
        out.println();
        for (JsonObject step : diagnosis.objects("steps")) {
            String mark = MARKS.getOrDefault(step.string("state").orElse(""), "?");
            out.printf("%-4s%s: %s%n", mark, text(step, "title"), text(step, "finding"));
            printRemedy(step, "    ", out);
            for (JsonObject perhaps : step.objects("perhaps")) {
                out.printf("    %s, %s: %s%n", text(perhaps, "cause"), text(perhaps, "at"), text(perhaps, "finding"));
                printRemedy(perhaps, "      ", out);
            }
        }
    }

    private static void printRemedy(JsonObject found, String indent, PrintWriter out) {
        found.string("remedy").ifPresent(remedy -> out.println(indent + "do: " + Printable.line(remedy)));
    }

    private static String text(JsonObject json, String member) {
        return Printable.line(json.string(member).orElse("-"));
    }
}
