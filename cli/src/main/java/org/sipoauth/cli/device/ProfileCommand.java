package org.sipoauth.cli.device;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands on phone security profiles. */
@Command(
        name = "profile",
        description = {
            "Lists, shows, adds, changes and removes phone security profiles, to which devices refer: by which transport and"
                    + " in which mode they reach the SIP servers, and whether they register with OAuth tokens.",
            "standard-oauth and standard-tls come with the server, and stay as they are."
        },
        synopsisSubcommandLabel = "COMMAND")
public final class ProfileCommand implements Runnable {
    private static final String LINE = "%-24s  %-9s  %-13s  %-5s  %s%n";

    @Spec
    private CommandSpec spec;

    private ProfileCommand() {}

    /** The command with all that is below it. */
    public static CommandLine commandLine() {
        CommandLine profile = new CommandLine(new ProfileCommand());
        profile.addSubcommand(new ListProfiles());
        profile.addSubcommand(new Show());
        profile.addSubcommand(new Add());
        profile.addSubcommand(new Set());
        profile.addSubcommand(new Remove());
        return profile;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }

    private enum Transport {
        udp,
        tcp,
        tls
    }

    private enum Mode {
        non_secure,
        authenticated,
        encrypted
    }

    @Command(name = "list", description = "Shows them all, by name.")
    private static final class ListProfiles implements Callable<Integer> {
        @Mixin
        private ServerOptions server;

        @Mixin
        private Output output;

        @Override
        public Integer call() throws InterruptedException {
            List<JsonObject> profiles = server.open().all("/security-profiles", "security_profiles");
            PrintWriter out = output.writer();
            if (output.isJson()) {
                out.println(JSONObjectUtils.toJSONString(Map.of(
                        "security_profiles",
                        profiles.stream().map(JsonObject::members).toList())));
            } else {
                print(profiles, out);
            }
            out.flush();
            return ExitCodes.OK;
        }
    }

    /** Asks the server for something on one profile, and prints the profile that it answers. */
    private abstract static class Request implements Callable<Integer> {
        @Mixin
        private ServerOptions server;

        @Mixin
        private Output output;

        @Parameters(paramLabel = "PROFILE", description = "Its name.")
        private String name;

        abstract JsonObject send(AdminApi api, String path) throws InterruptedException;

        @Override
        public Integer call() throws InterruptedException {
            JsonObject profile = send(server.open(), path(name));
            PrintWriter out = output.writer();
            if (output.isJson()) {
                out.println(profile.toJson());
            } else {
                print(List.of(profile), out);
            }
            out.flush();
            return ExitCodes.OK;
        }
    }

    @Command(
            name = "show",
            description = "Shows one, and how far the logins of its devices have ended that it took OAuth from.")
    private static final class Show extends Request {
        @Override
        JsonObject send(AdminApi api, String path) throws InterruptedException {
            return api.get(path);
        }
    }

    @Command(name = "add", description = "Adds one. One of that name must not be there yet.")
    private static final class Add extends Request {
        @Option(
                names = "--transport",
                defaultValue = "tls",
                description = "${COMPLETION-CANDIDATES}; tls unless given.")
        private Transport transport;

        @Option(
                names = "--mode",
                defaultValue = "encrypted",
                description = "${COMPLETION-CANDIDATES}; encrypted unless given.")
        private Mode mode;

        @Option(
                names = "--oauth",
                negatable = true,
                defaultValue = "true",
                fallbackValue = "true",
                description = "Whether its devices register with tokens, which takes tls and encrypted; they do unless"
                        + " --no-oauth is given.")
        private boolean oauth;

        @Override
        JsonObject send(AdminApi api, String path) throws InterruptedException {
            return api.create(path, body(transport.name(), mode.name(), oauth));
        }
    }

    @Command(
            name = "set",
            description =
                    "Changes one; what is not named stays. With --no-oauth the logins on all its devices end: at this"
                            + " server at once, at registrars within some seconds to minutes.")
    private static final class Set extends Request {
        @ArgGroup(exclusive = false, multiplicity = "1")
        private Change change;

        private static final class Change {
            @Option(names = "--transport", description = "${COMPLETION-CANDIDATES}.")
            private @Nullable Transport transport;

            @Option(names = "--mode", description = "${COMPLETION-CANDIDATES}.")
            private @Nullable Mode mode;

            @Option(names = "--oauth", negatable = true, description = "Whether its devices register with tokens.")
            private @Nullable Boolean oauth;
        }

        @Override
        JsonObject send(AdminApi api, String path) throws InterruptedException {
            return api.replace(
                    path,
                    before -> body(
                            change.transport == null ? text(before, "transport") : change.transport.name(),
                            change.mode == null ? text(before, "mode") : change.mode.name(),
                            Objects.requireNonNullElseGet(change.oauth, () -> flag(before, "oauth"))));
        }
    }

    @Command(name = "remove", description = "Removes one to which no device refers.")
    private static final class Remove implements Callable<Integer> {
        @Mixin
        private ServerOptions server;

        @Mixin
        private Output output;

        @Parameters(paramLabel = "PROFILE", description = "Its name.")
        private String name;

        @Override
        public Integer call() throws InterruptedException {
            server.open().delete(path(name));
            PrintWriter out = output.writer();
            out.println(
                    output.isJson()
                            ? JSONObjectUtils.toJSONString(Map.of("removed", name))
                            : "Removed: " + Printable.word(name) + ".");
            out.flush();
            return ExitCodes.OK;
        }
    }

    private static String path(String name) {
        return "/security-profiles/"
                + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String body(String transport, String mode, boolean oauth) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("transport", transport);
        body.put("mode", mode);
        body.put("oauth", oauth);
        return JSONObjectUtils.toJSONString(body);
    }

    private static void print(List<JsonObject> profiles, PrintWriter out) {
        out.printf(LINE, "PROFILE", "TRANSPORT", "MODE", "OAUTH", "");
        for (JsonObject profile : profiles) {
            out.printf(
                    LINE,
                    Printable.word(text(profile, "name")),
                    Printable.word(text(profile, "transport")),
                    Printable.word(text(profile, "mode")),
                    flag(profile, "oauth") ? "yes" : "no",
                    remark(profile));
        }
    }

    private static String remark(JsonObject profile) {
        if (flag(profile, "built_in")) {
            return "built in";
        }
        return profile.object("ending_logins")
                .map(ending ->
                        "logins are ending, so far " + ending.integer("revoked").orElseThrow(AdminApi::notAServer))
                .orElse("");
    }

    private static String text(JsonObject profile, String name) {
        return profile.string(name).orElseThrow(AdminApi::notAServer);
    }

    private static boolean flag(JsonObject profile, String name) {
        if (profile.members().get(name) instanceof Boolean flag) {
            return flag;
        }
        throw AdminApi.notAServer();
    }
}
