package org.sipoauth.authz.edge;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * All edges, by name. Each change is later than the one before, whatever the clocks of several servers say, so that a
 * registrar can tell a list from an older one.
 *
 * @param changedAt to the millisecond; empty for a list that nobody has ever set
 */
public record EdgeList(Optional<Instant> changedAt, List<Edge> edges) {
    /** So that the whole of it stays within what a registrar reads, 2 MiB. */
    static final int MOST_EDGES = 256;

    static final EdgeList NEVER_SET = new EdgeList(Optional.empty(), List.of());

    /** A change that this list does not allow; the message is for who asked for it. */
    public static final class Conflict extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Conflict(String message) {
            super(message, null, false, false);
        }
    }

    public EdgeList {
        edges = edges.stream()
                .sorted(Comparator.comparing(edge -> edge.name().toLowerCase(Locale.ROOT)))
                .toList();
    }

    public Optional<Edge> find(String name) {
        return edges.stream().filter(edge -> edge.name().equalsIgnoreCase(name)).findFirst();
    }

    /**
     * With this edge, in place of one of the same name.
     *
     * @throws Conflict if another edge has one of its certificate names, or there is no room
     */
    EdgeList with(Edge edge, Instant now) {
        List<Edge> next = new ArrayList<>(without(edge.name()));
        for (Edge other : next) {
            for (String taken : other.certificateNames()) {
                if (edge.certificateNames().stream().anyMatch(taken::equalsIgnoreCase)) {
                    throw new Conflict("the edge " + other.name() + " has the certificate name " + taken
                            + " already: remove that edge, or give each its own");
                }
            }
        }
        if (next.size() >= MOST_EDGES) {
            throw new Conflict("there are " + MOST_EDGES + " edges, the most there can be: remove one");
        }
        next.add(edge);
        return new EdgeList(Optional.of(after(now)), next);
    }

    /** Without the edge of this name; empty if there is none. */
    Optional<EdgeList> without(String name, Instant now) {
        return find(name).map(there -> new EdgeList(Optional.of(after(now)), without(name)));
    }

    private List<Edge> without(String name) {
        return edges.stream()
                .filter(edge -> !edge.name().equalsIgnoreCase(name))
                .toList();
    }

    private Instant after(Instant now) {
        Instant earliest = changedAt.map(last -> last.plusMillis(1)).orElse(Instant.EPOCH);
        Instant wanted = now.truncatedTo(ChronoUnit.MILLIS);
        return wanted.isAfter(earliest) ? wanted : earliest;
    }
}
