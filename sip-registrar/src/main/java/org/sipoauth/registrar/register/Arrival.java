package org.sipoauth.registrar.register;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a request came to us.
 *
 * @param port which of our ports
 * @param encrypted whether over TLS
 * @param peer the other end of the connection
 * @param edge whose certificate the connection showed
 * @param phoneCertificate that the phone itself showed; empty behind an edge, whose certificate is not the phone's
 * @param connection what tells it from all others that this node has had
 */
public record Arrival(
        Port port,
        boolean encrypted,
        InetSocketAddress peer,
        Optional<Edge> edge,
        Optional<X509Certificate> phoneCertificate,
        String connection) {
    private static final int SUBNET_BYTES = 8;

    /** The same, with what the list of edges says now. */
    public Arrival of(Optional<Edge> now) {
        return new Arrival(port, encrypted, peer, now, phoneCertificate, connection);
    }

    /** What counts for one peer: an IPv4 address, and of IPv6 a /64, from which one host can have all addresses. */
    public static InetAddress origin(InetAddress peer) {
        if (!(peer instanceof Inet6Address)) {
            return peer;
        }
        byte[] subnet = Arrays.copyOf(Arrays.copyOf(peer.getAddress(), SUBNET_BYTES), peer.getAddress().length);
        try {
            return InetAddress.getByAddress(subnet);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible); // it has the length of one
        }
    }

    /**
     * An edge on the list.
     *
     * @param name by which it is there
     * @param believed whether it is believed when it says which certificate a phone has shown it
     */
    public record Edge(String name, boolean believed) {}

    /** The two OAuth ports. */
    public enum Port {
        /** For phones on premises: TLS. */
        OAUTH,
        /** For phones behind an edge: mutual TLS. */
        MRA;

        /** As in metrics and logs. */
        public String label() {
            return this == OAUTH ? "oauth" : "mra";
        }
    }
}
