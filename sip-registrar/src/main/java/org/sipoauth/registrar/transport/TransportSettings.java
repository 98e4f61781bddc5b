package org.sipoauth.registrar.transport;

import java.time.Duration;
import org.sipoauth.registrar.sip.Limits;

/**
 * How long and how much we bear with a peer; see {@link Deadline} for the times.
 *
 * @param maxConnections on both ports together
 * @param drain how long messages that have begun may take to end when we stop
 */
public record TransportSettings(
        Duration handshake,
        Duration message,
        Duration unregistered,
        Duration idle,
        Duration drain,
        int maxConnections,
        Limits limits) {}
