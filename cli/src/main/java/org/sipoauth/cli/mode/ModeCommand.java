package org.sipoauth.cli.mode;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.util.Map;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.admin.AdminCommand;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands on the SIP OAuth mode of a platform. */
@Command(
        name = "mode",
        description = {
            "Switches the SIP OAuth mode on or off, or shows it.",
            "Phones have it with their next configuration file, registrars that run with --mode=served with their next"
                    + " poll, 15 seconds by default. Nothing restarts."
        },
        synopsisSubcommandLabel = "COMMAND")
public final class ModeCommand implements Runnable {
    private static final String PATH = "/sip-oauth-mode";

    @Spec
    private CommandSpec spec;

    private ModeCommand() {}

    /** The command with all that is below it. */
    public static CommandLine commandLine() {
        CommandLine mode = new CommandLine(new ModeCommand());
        mode.addSubcommand(new Enable());
        mode.addSubcommand(new Disable());
        mode.addSubcommand(new Status());
        return mode;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }

    /** Asks the server for something, and prints the mode that it answers. */
    private abstract static class Request extends AdminCommand {
        abstract JsonObject send(AdminApi api) throws InterruptedException;

        @Override
        protected final void run(AdminApi api, PrintWriter out, boolean asJson) throws InterruptedException {
            JsonObject mode = send(api);
            String word = mode.string("mode").orElseThrow(AdminApi::notAServer);
            String since = mode.string("changed_at")
                    .map(at -> ", switched at " + Printable.word(at))
                    .orElse(", as the server's settings say");
            out.println(asJson ? mode.toJson() : "SIP OAuth mode: " + Printable.word(word) + since);
        }
    }

    @Command(name = "enable", description = "Switches it on: phones register with tokens.")
    private static final class Enable extends Request {
        @Override
        JsonObject send(AdminApi api) throws InterruptedException {
            return put(api, "enabled");
        }
    }

    @Command(
            name = "disable",
            description =
                    "Switches it off: phones are told to register without tokens, and refused with 403 if they do not.")
    private static final class Disable extends Request {
        @Override
        JsonObject send(AdminApi api) throws InterruptedException {
            return put(api, "disabled");
        }
    }

    @Command(name = "status", description = "Shows it.")
    private static final class Status extends Request {
        @Override
        JsonObject send(AdminApi api) throws InterruptedException {
            return api.get(PATH);
        }
    }

    private static JsonObject put(AdminApi api, String mode) throws InterruptedException {
        return api.put(PATH, JSONObjectUtils.toJSONString(Map.of("mode", mode)));
    }
}
