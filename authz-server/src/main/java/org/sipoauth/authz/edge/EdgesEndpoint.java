package org.sipoauth.authz.edge;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.Members;
import org.sipoauth.authz.audit.Audit;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;

/** The list of edges for administrators. Registrars have a change with their next poll. */
@AdministrationEndpoint
@RequestMapping(EdgesEndpoint.PATH)
final class EdgesEndpoint {
    static final String PATH = AdministrationEndpoint.PATH + "/edges";
    private static final String CERTIFICATE_NAMES = "certificate_names";

    private final EdgeListStore store;
    private final Audit audit;

    EdgesEndpoint(EdgeListStore store, Audit audit) {
        this.store = store;
        this.audit = audit;
    }

    /** All of them, by name, with the entity tag of the whole list. */
    @GetMapping
    ResponseEntity<String> list() {
        EdgeListDocument document = EdgeListDocument.forAdministrators(store.load());
        return document.answer();
    }

    @GetMapping("/{name}")
    ResponseEntity<?> show(@PathVariable String name) {
        Optional<Edge> found = store.load().find(name);
        return found.isPresent() ? ResponseEntity.ok(EdgeListDocument.json(found.get())) : unknown();
    }

    /** @param body {@code certificate_names}, an array of strings */
    @PutMapping("/{name}")
    ResponseEntity<?> put(
            @PathVariable String name, @RequestBody Map<String, @Nullable Object> body, Authentication who) {
        Edge edge = new Edge(name, certificateNames(body));
        EdgeListStore.Change change = store.change((list, now) -> Optional.of(list.with(edge, now)));
        Optional<Edge> before = change.before().find(name);
        audit.event("edge_listed")
                .with("by", who.getName())
                .with("edge", name)
                .with(CERTIFICATE_NAMES, edge.certificateNames())
                .with("before", before.map(Edge::certificateNames).orElse(null))
                .keep();
        Map<String, Object> json = EdgeListDocument.json(edge);
        return before.isPresent()
                ? ResponseEntity.ok(json)
                : ResponseEntity.created(URI.create(PATH + "/" + name)).body(json);
    }

    /** Registrars end the connections of this edge with their next poll. */
    @DeleteMapping("/{name}")
    ResponseEntity<?> remove(@PathVariable String name, Authentication who) {
        EdgeListStore.Change change = store.change((list, now) -> list.without(name, now));
        if (!change.made()) {
            return unknown();
        }
        audit.event("edge_removed")
                .with("by", who.getName())
                .with("edge", name)
                .with(
                        "before",
                        change.before().find(name).map(Edge::certificateNames).orElse(null))
                .keep();
        return ResponseEntity.noContent().build();
    }

    @ExceptionHandler
    ProblemDetail conflict(EdgeList.Conflict refused) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, String.valueOf(refused.getMessage()));
    }

    private static List<String> certificateNames(Map<String, @Nullable Object> body) {
        Members members = new Members(
                body,
                "send {\"certificate_names\":[\"edge.example.com\"]} and nothing else; a certificate name is a SAN or the CN of"
                        + " the edge's certificate");
        List<String> names = members.texts(CERTIFICATE_NAMES);
        members.end();
        return names;
    }

    private static ResponseEntity<?> unknown() {
        return ResponseEntity.of(ProblemDetail.forStatusAndDetail(
                        HttpStatus.NOT_FOUND, "the list has no edge of that name; list the edges for their names"))
                .build();
    }
}
