package org.sipoauth.authz.edge;

import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RecordChanged;
import org.springframework.stereotype.Component;

/** The list of edges for administrators: each change is recorded. Registrars have it with their next poll. */
@Component
public final class Edges {
    private static final String CERTIFICATE_NAMES = "certificate_names";

    private final EdgeListStore store;
    private final Audit audit;

    Edges(EdgeListStore store, Audit audit) {
        this.store = store;
        this.audit = audit;
    }

    /** All of them, by name. */
    public EdgeList list() {
        return store.load();
    }

    /**
     * Adds an edge, or gives one that is there these certificate names.
     *
     * @param by who asks for it, for the audit
     * @return whether it is new
     * @throws RecordChanged if the edge of this name is not as expected
     * @throws EdgeList.Conflict if another edge has one of its certificate names, or there is no room
     * @throws org.springframework.dao.DataAccessException if the store or its replicas did not confirm it; then it is to
     *     be asked for again
     */
    public boolean put(Edge edge, Expected expected, String by) {
        EdgeListStore.Change change = store.change((list, now) -> {
            expected.require(list.find(edge.name()).map(Edge::revision));
            return Optional.of(list.with(edge, now));
        });
        Optional<Edge> before = change.before().find(edge.name());
        audit.event("edge_listed")
                .with("by", by)
                .with("edge", edge.name())
                .changed(before.map(Edges::members).orElse(Map.of()), members(edge))
                .keep();
        return before.isEmpty();
    }

    /**
     * Registrars end the connections of this edge with their next poll.
     *
     * @return false if there is no edge of that name
     * @throws RecordChanged if it is there, and not as expected
     * @throws org.springframework.dao.DataAccessException as {@link #put} does
     */
    public boolean remove(String name, Expected expected, String by) {
        EdgeListStore.Change change = store.change((list, now) -> {
            list.find(name).ifPresent(edge -> expected.require(Optional.of(edge.revision())));
            return list.without(name, now);
        });
        if (change.made()) {
            audit.event("edge_removed")
                    .with("by", by)
                    .with("edge", name)
                    .changed(change.before().find(name).map(Edges::members).orElse(Map.of()), Map.of())
                    .keep();
        }
        return change.made();
    }

    private static Map<String, Object> members(Edge edge) {
        return Map.of(CERTIFICATE_NAMES, edge.certificateNames());
    }
}
