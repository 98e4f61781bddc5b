package org.sipoauth.authz.parameter;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.Members;
import org.sipoauth.authz.settings.Settings.Node;

/** The SIP servers in order of priority, as JSON has them: read strictly, for every phone is sent there. */
final class NodeList {
    static final String NODES = "nodes";

    private static final int MOST = 16;
    private static final String EXPLANATION = "send {\"nodes\":[{\"name\":\"node1\",\"address\":\"192.0.2.1\"}]}, 1 to "
            + MOST + " of them in order of priority;"
            + " a node may have ethernet_phone_port 2000, sip_port 5060, secured_sip_port 5061, sip_oauth_port 5090"
            + " and sip_mra_oauth_port 5091, and nothing else";

    private static final Pattern NAME =
            Pattern.compile("[^\\p{C}\\p{Z}]([^\\p{C}\\p{Zl}\\p{Zp}]{0,62}[^\\p{C}\\p{Z}])?");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

    /** A port of a node: the incumbent's name is that of the element in the configuration file. */
    private enum Port {
        ETHERNET_PHONE_PORT(2000, 1, 65_535, Node::ethernetPhonePort),
        SIP_PORT(5060, 1, 65_535, Node::sipPort),
        SECURED_SIP_PORT(5061, 1, 65_535, Node::securedSipPort),
        SIP_OAUTH_PORT(5090, 1024, 49_151, Node::sipOauthPort),
        SIP_MRA_OAUTH_PORT(5091, 1024, 49_151, Node::sipMraOauthPort);

        private final int usual;
        private final int minimum;
        private final int maximum;
        private final ToIntFunction<Node> of;

        Port(int usual, int minimum, int maximum, ToIntFunction<Node> of) {
            this.usual = usual;
            this.minimum = minimum;
            this.maximum = maximum;
            this.of = of;
        }

        private String member() {
            return name().toLowerCase(Locale.ROOT);
        }

        private int read(Members members, String node) {
            int port = members.optionalNumber(member()).orElse(usual);
            if (port < minimum || port > maximum) {
                throw new IllegalArgumentException("%s of node %s is %d: send a port from %d to %d"
                        .formatted(member(), node, port, minimum, maximum));
            }
            return port;
        }
    }

    private NodeList() {}

    /** @throws RuntimeException that says what to send */
    static List<Node> read(Map<String, @Nullable Object> body) {
        Members members = new Members(body, EXPLANATION);
        if (body.size() != 1 || !(body.get(NODES) instanceof List<?> list) || list.isEmpty() || list.size() > MOST) {
            throw members.refusal();
        }
        List<Node> nodes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Object element : list) {
            if (!(element instanceof Map<?, ?> object)) {
                throw members.refusal();
            }
            Node node = node(object);
            if (!names.add(node.name().toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("two nodes are called " + node.name() + ": give each its own name");
            }
            nodes.add(node);
        }
        return List.copyOf(nodes);
    }

    private static Node node(Map<?, ?> object) {
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        object.forEach((name, value) -> named.put(String.valueOf(name), value));
        Members members = new Members(named, EXPLANATION);
        String name = members.text("name");
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the name of a node is 1 to 64 printable characters, without blanks around");
        }
        String address = members.text("address");
        if (!isAddress(address)) {
            throw new IllegalArgumentException("the address of node " + name
                    + " is neither a host name nor an IPv4 or IPv6 address: send one of them");
        }
        Node node = new Node(
                name,
                address,
                Port.ETHERNET_PHONE_PORT.read(members, name),
                Port.SIP_PORT.read(members, name),
                Port.SECURED_SIP_PORT.read(members, name),
                Port.SIP_OAUTH_PORT.read(members, name),
                Port.SIP_MRA_OAUTH_PORT.read(members, name));
        members.end();
        requireDifferentPorts(node);
        return node;
    }

    /** What listens there tells by the port how a phone has to prove itself. */
    private static void requireDifferentPorts(Node node) {
        Map<Integer, Port> seen = new LinkedHashMap<>();
        for (Port port : Port.values()) {
            Port other = seen.putIfAbsent(port.of.applyAsInt(node), port);
            if (other != null) {
                throw new IllegalArgumentException("%s and %s of node %s are both %d: send different ports"
                        .formatted(other.member(), port.member(), node.name(), port.of.applyAsInt(node)));
            }
        }
    }

    private static boolean isAddress(String text) {
        if (HOST.matcher(text).matches()) {
            return true;
        }
        try { // in brackets it is taken for an address or refused, never asked for in the DNS
            return IPV6.matcher(text).matches() && InetAddress.getByName("[" + text + "]") != null;
        } catch (UnknownHostException malformed) {
            return false;
        }
    }

    static Map<String, Object> json(List<Node> nodes) {
        return Map.of(NODES, nodes.stream().map(NodeList::json).toList());
    }

    private static Map<String, Object> json(Node node) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", node.name());
        json.put("address", node.address());
        putPorts(json, node, Port.values());
        return json;
    }

    /** Their names and the ports on which a registrar is to listen, and no more. */
    static Map<String, Object> registrarPorts(List<Node> nodes) {
        return Map.of(NODES, nodes.stream().map(NodeList::registrarPorts).toList());
    }

    private static Map<String, Object> registrarPorts(Node node) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", node.name());
        putPorts(json, node, Port.SIP_OAUTH_PORT, Port.SIP_MRA_OAUTH_PORT);
        return json;
    }

    private static void putPorts(Map<String, Object> json, Node node, Port... ports) {
        for (Port port : ports) {
            json.put(port.member(), port.of.applyAsInt(node));
        }
    }
}
