package org.sipoauth.cli.sessions;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Ends logins for good. */
@Command(
        name = "revoke",
        description = {
            "Ends one login, or all of a user, on a device, or of a client. Their refresh tokens are refused at once, and"
                    + " SIP servers drop the phones within their poll of the status lists, 15 seconds by default.",
            "To revoke a second time does no harm."
        })
final class RevokeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @ArgGroup(multiplicity = "1")
    private What what;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit.")
    private @Nullable String reason;

    @Option(
            names = "--yes",
            description = "With --client: do it, knowing that it signs out every phone of that client.")
    private boolean yes;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    private static final class What {
        @Option(names = "--session", paramLabel = "SESSION", description = "One login, by its id.")
        private @Nullable String session;

        @Option(names = "--user", paramLabel = "USER", description = "All logins of this user.")
        private @Nullable String user;

        @Option(names = "--device", paramLabel = "DEVICE", description = "All logins on this device.")
        private @Nullable String device;

        @Option(names = "--client", paramLabel = "CLIENT", description = "All logins of this client: every phone.")
        private @Nullable String client;

        Map.Entry<String, String> named() {
            return session != null
                    ? Map.entry("session", session)
                    : user != null
                            ? Map.entry("user", user)
                            : device != null
                                    ? Map.entry("device", device)
                                    : Map.entry("client", String.valueOf(client));
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        Map.Entry<String, String> named = what.named();
        if (named.getKey().equals("client") && !yes) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    "every phone of the client " + named.getValue()
                            + " would have to sign in again; nothing was changed",
                    "Repeat with --yes to do it.");
        }
        Map<String, Object> request = new TreeMap<>(Map.of(named.getKey(), named.getValue()));
        if (reason != null) {
            request.put("reason", reason);
        }
        JsonObject answer = server.open().post("/revocations", JSONObjectUtils.toJSONString(request));
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? answer.toJson() : inWords(answer, named));
        out.flush();
        return ExitCodes.OK;
    }

    private static String inWords(JsonObject answer, Map.Entry<String, String> named) {
        String whose = named.getKey() + " " + Printable.word(named.getValue());
        if (named.getKey().equals("client")) {
            return "Refused from now on: every login of " + whose
                    + " that began before. SIP servers follow as the lists are written, in the background: see how far with"
                    + " sipoauth sessions sweep --wait.";
        }
        long revoked = answer.integer("revoked").orElseThrow(AdminApi::notAServer);
        return revoked == 0
                ? "There was no live login to revoke: " + whose + "."
                : "Revoked " + revoked + (revoked == 1 ? " login: " : " logins: ") + whose + ".";
    }
}
