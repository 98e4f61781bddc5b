package org.sipoauth.cli.sessions;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Follows the revocation of all logins of a client. */
@Command(
        name = "sweep",
        description = {
            "Shows how far the revocation of a client has come.",
            "Its refresh tokens are refused from the first moment. SIP servers learn of its access tokens login by login,"
                    + " as a sweep sets their bits in the status lists."
        })
final class SweepCommand implements Callable<Integer> {
    private final Duration pause;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Option(names = "--client", required = true, paramLabel = "CLIENT", description = "The client that was revoked.")
    private String client;

    @Option(names = "--wait", description = "Stay until it is done, and tell how it goes.")
    private boolean wait;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** @param pause between two looks */
    SweepCommand(Duration pause) {
        this.pause = pause;
    }

    @Override
    public Integer call() throws InterruptedException {
        AdminApi api = server.open();
        PrintWriter progress = spec.commandLine().getErr();
        JsonObject answer = look(api);
        while (wait && !isDone(answer)) {
            progress.println(inWords(answer));
            progress.flush();
            Thread.sleep(pause.toMillis());
            answer = look(api);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? answer.toJson() : inWords(answer));
        out.flush();
        return ExitCodes.OK;
    }

    private JsonObject look(AdminApi api) throws InterruptedException {
        String segment = URLEncoder.encode(client, StandardCharsets.UTF_8).replace("+", "%20"); // a path, no form
        return api.get("/revocations/clients/" + segment);
    }

    private static boolean isDone(JsonObject answer) {
        return text(answer, "state").equals("done");
    }

    private String inWords(JsonObject answer) {
        String whose = "client " + Printable.word(client) + ", logins from before " + Printable.word(text(answer, "at"))
                + ": ";
        return isDone(answer)
                ? whose + "all revoked, " + number(answer, "revoked") + " by the sweep"
                : whose + number(answer, "revoked") + " revoked by the sweep, " + number(answer, "buckets_left")
                        + " parts of the index to go";
    }

    private static String text(JsonObject answer, String name) {
        return answer.string(name).orElseThrow(AdminApi::notAServer);
    }

    private static long number(JsonObject answer, String name) {
        return answer.integer(name).orElseThrow(AdminApi::notAServer);
    }
}
