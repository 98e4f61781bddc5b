package org.sipoauth.cli.phone;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a phone registers.
 *
 * @param host the host to connect to: the node, or the edge in front of it
 * @param domain the node's address as SIP URIs write it
 */
record Endpoint(String node, String host, int port, String domain) {

    /**
     * The places a configuration offers, in the order in which to try them: each node's OAuth port on premises, or its
     * port for phones that come through an edge.
     *
     * @param otherHost connect there instead of to the node
     * @param otherPort and to this port
     */
    static List<Endpoint> of(
            PhoneConfiguration configuration, boolean edge, @Nullable String otherHost, @Nullable Integer otherPort) {
        return configuration.nodes().stream()
                .map(node -> new Endpoint(
                        node.name(),
                        Optional.ofNullable(otherHost).orElse(node.address()),
                        Optional.ofNullable(otherPort).orElse(edge ? node.sipMraOAuthPort() : node.sipOAuthPort()),
                        node.address().contains(":") ? "[" + node.address() + "]" : node.address()))
                .toList();
    }

    @Override
    public String toString() {
        return node + " (" + host + ":" + port + ")";
    }
}
