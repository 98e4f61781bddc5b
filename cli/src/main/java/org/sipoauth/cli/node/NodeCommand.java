package org.sipoauth.cli.node;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.admin.AdminCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands on the nodes of a platform. */
@Command(
        name = "node",
        description = {
            "Shows and changes the SIP servers that phones are sent to, in the order in which phones try them.",
            "Phones have a change with their next configuration file. On which ports a registrar listens is a setting of"
                    + " its own."
        },
        synopsisSubcommandLabel = "COMMAND")
public final class NodeCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private NodeCommand() {}

    /** The command with all that is below it. */
    public static CommandLine commandLine() {
        CommandLine node = new CommandLine(new NodeCommand());
        node.addSubcommand(new ListNodes());
        node.addSubcommand(new Add());
        node.addSubcommand(new Set());
        node.addSubcommand(new Remove());
        node.addSubcommand(new Reset());
        return node;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }

    /** Asks the server for something, and prints the list as it is then. */
    private abstract static class Request extends AdminCommand {
        abstract NodeList send(AdminApi api) throws InterruptedException;

        @Override
        protected final void run(AdminApi api, PrintWriter out, boolean asJson) throws InterruptedException {
            send(api).print(out, asJson);
        }
    }

    /** The ports of a node, those that are given. */
    private static final class Ports {
        @Option(names = "--ethernet-phone-port", paramLabel = "PORT", description = "SCCP; usually 2000.")
        private @Nullable Integer ethernetPhone;

        @Option(names = "--sip-port", paramLabel = "PORT", description = "SIP without TLS; usually 5060.")
        private @Nullable Integer sip;

        @Option(names = "--secured-sip-port", paramLabel = "PORT", description = "SIP with TLS; usually 5061.")
        private @Nullable Integer securedSip;

        @Option(
                names = "--sip-oauth-port",
                paramLabel = "PORT",
                description = "Registration by token on premises, 1024 to 49151; usually 5090.")
        private @Nullable Integer sipOauth;

        @Option(
                names = "--sip-mra-oauth-port",
                paramLabel = "PORT",
                description = "Registration by token through an edge, 1024 to 49151; usually 5091.")
        private @Nullable Integer sipMraOauth;

        Map<String, Object> given() {
            Map<String, Object> given = new LinkedHashMap<>();
            put(given, "ethernet_phone_port", ethernetPhone);
            put(given, "sip_port", sip);
            put(given, "secured_sip_port", securedSip);
            put(given, "sip_oauth_port", sipOauth);
            put(given, "sip_mra_oauth_port", sipMraOauth);
            return given;
        }

        private static void put(Map<String, Object> given, String member, @Nullable Integer port) {
            if (port != null) {
                given.put(member, port);
            }
        }
    }

    @Command(name = "list", description = "Shows them.")
    private static final class ListNodes extends Request {
        @Override
        NodeList send(AdminApi api) throws InterruptedException {
            return NodeList.read(api);
        }
    }

    @Command(name = "add", description = "Adds one: the last that phones try, unless it is to be the first.")
    private static final class Add extends Request {
        @Parameters(paramLabel = "NODE", description = "What it is to be called.")
        private String name;

        @Option(
                names = "--address",
                required = true,
                paramLabel = "HOST",
                description = "Where phones find it: a host name, an IPv4 or an IPv6 address.")
        private String address;

        @Mixin
        private Ports ports;

        @Option(names = "--first", description = "Phones try it first.")
        private boolean first;

        @Override
        NodeList send(AdminApi api) throws InterruptedException {
            Map<String, Object> node = new LinkedHashMap<>();
            node.put("name", name);
            node.put("address", address);
            node.putAll(ports.given());
            return NodeList.change(api, nodes -> nodes.with(name, node, first));
        }
    }

    @Command(name = "set", description = "Changes the address or ports of one; what is not given stays as it is.")
    private static final class Set extends Request {
        @Parameters(paramLabel = "NODE", description = "Its name, as node list prints it.")
        private String name;

        @Option(names = "--address", paramLabel = "HOST", description = "Where phones find it.")
        private @Nullable String address;

        @Mixin
        private Ports ports;

        @Override
        NodeList send(AdminApi api) throws InterruptedException {
            Map<String, Object> change = ports.given();
            if (address != null) {
                change.put("address", address);
            }
            if (change.isEmpty()) {
                throw misused("Say what is to change: --address or a port.");
            }
            return NodeList.change(api, nodes -> nodes.changed(name, change));
        }
    }

    @Command(name = "remove", description = "Removes one. The last cannot be removed.")
    private static final class Remove extends Request {
        @Parameters(paramLabel = "NODE", description = "Its name, as node list prints it.")
        private String name;

        @Override
        NodeList send(AdminApi api) throws InterruptedException {
            return NodeList.change(api, nodes -> nodes.without(name));
        }
    }

    @Command(name = "reset", description = "Takes back all that was set: those of the server's settings hold again.")
    private static final class Reset extends Request {
        @Override
        NodeList send(AdminApi api) throws InterruptedException {
            api.delete(NodeList.PATH);
            return NodeList.read(api);
        }
    }
}
