package org.sipoauth.cli.node;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.json.JsonObject;

/**
 * The list as the server has it, or as it is to be. The order is the content, so it is changed as a whole, and only if
 * nobody else has changed it meanwhile.
 *
 * @param json the server's answer
 */
record NodeList(JsonObject json, List<Map<String, @Nullable Object>> nodes) {
    static final String PATH = "/nodes";

    private static final String LINE = "%-8s  %-20s  %-32s  %-12s  %-12s  %-8s  %-8s  %-8s%n";

    static NodeList read(AdminApi api) throws InterruptedException {
        return of(api.get(PATH));
    }

    /** @return the list as the server has it then */
    static NodeList change(AdminApi api, UnaryOperator<NodeList> change) throws InterruptedException {
        return of(api.replace(
                PATH,
                json -> JSONObjectUtils.toJSONString(
                        Map.of("nodes", change.apply(of(json)).nodes()))));
    }

    private static NodeList of(JsonObject json) {
        if (!json.members().containsKey("nodes")) {
            throw AdminApi.notAServer();
        }
        return new NodeList(
                json, json.objects("nodes").stream().map(JsonObject::members).toList());
    }

    /** With one more, the last or the first. */
    NodeList with(String name, Map<String, Object> node, boolean first) {
        if (position(name) >= 0) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    "there is a node " + Printable.word(name) + " already",
                    "Change it with sipoauth node set, or choose another name.");
        }
        List<Map<String, @Nullable Object>> next = new ArrayList<>(nodes);
        next.add(first ? 0 : next.size(), new LinkedHashMap<>(node));
        return new NodeList(json, next);
    }

    NodeList changed(String name, Map<String, Object> change) {
        List<Map<String, @Nullable Object>> next = new ArrayList<>(nodes);
        int position = require(name);
        Map<String, @Nullable Object> node = new LinkedHashMap<>(next.get(position));
        node.putAll(change);
        next.set(position, node);
        return new NodeList(json, next);
    }

    NodeList without(String name) {
        List<Map<String, @Nullable Object>> next = new ArrayList<>(nodes);
        next.remove(require(name));
        return new NodeList(json, next);
    }

    private int require(String name) {
        int position = position(name);
        if (position < 0) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    "there is no node " + Printable.word(name),
                    "sipoauth node list shows those that there are.");
        }
        return position;
    }

    /** Below 0 if there is none of that name. */
    private int position(String name) {
        for (int i = 0; i < nodes.size(); i++) {
            if (name.equals(nodes.get(i).get("name"))) {
                return i;
            }
        }
        return -1;
    }

    void print(PrintWriter out, boolean asJson) {
        if (asJson) {
            out.println(json.toJson());
        } else {
            out.printf(LINE, "PRIORITY", "NODE", "ADDRESS", "SIP OAUTH", "THROUGH EDGE", "SIP", "SIP TLS", "SCCP");
            for (int priority = 0; priority < nodes.size(); priority++) {
                Map<String, @Nullable Object> node = nodes.get(priority);
                out.printf(
                        LINE,
                        priority,
                        text(node, "name"),
                        text(node, "address"),
                        text(node, "sip_oauth_port"),
                        text(node, "sip_mra_oauth_port"),
                        text(node, "sip_port"),
                        text(node, "secured_sip_port"),
                        text(node, "ethernet_phone_port"));
            }
            if (!Boolean.TRUE.equals(json.members().get("set"))) {
                out.println("These are of the server's settings; nobody has set others.");
            }
        }
    }

    private static String text(Map<String, @Nullable Object> node, String member) {
        return Printable.line(String.valueOf(node.get(member)));
    }
}
