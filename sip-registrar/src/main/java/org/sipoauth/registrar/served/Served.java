package org.sipoauth.registrar.served;

import java.time.Instant;
import java.util.Optional;

/** Something that administrators decide at the server, as it was at a time. {@code toString} is for logs. */
public sealed interface Served permits ServedEdges, ServedMode, ServedPorts {
    /** When it was decided; empty where nobody ever has, or the server has lost it. */
    Optional<Instant> changedAt();

    /** Whether the other was decided later: then this is a server's that has lost something, or an old backup's. */
    default boolean isOlderThan(Served other) {
        return changedAt().orElse(Instant.MIN).isBefore(other.changedAt().orElse(Instant.MIN));
    }
}
