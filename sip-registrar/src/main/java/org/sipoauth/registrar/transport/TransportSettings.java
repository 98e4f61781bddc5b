package org.sipoauth.registrar.transport;

import java.time.Duration;
import org.sipoauth.registrar.sip.Limits;

/**
 * How long and how much we bear with a peer; see {@link Deadline} for the times.
 *
 * @param maxConnections on both ports together
 * @param maxConnectionsPerAddress of one address, without those of edges; of IPv6, of one /64
 * @param unfinishedBytes of memory for messages that are not yet whole, of all connections together
 * @param drain how long messages that have begun may take to end when we stop
 */
public record TransportSettings(
        Duration handshake,
        Duration message,
        Duration unregistered,
        Duration idle,
        Duration drain,
        int maxConnections,
        int maxConnectionsPerAddress,
        Limits limits,
        long unfinishedBytes) {}
