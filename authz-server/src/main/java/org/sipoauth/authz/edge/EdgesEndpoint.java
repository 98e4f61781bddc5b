package org.sipoauth.authz.edge;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.Members;
import org.sipoauth.authz.administration.PageRequest;
import org.sipoauth.authz.administration.Preconditions;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@link Edges} as JSON. */
@AdministrationEndpoint
@RequestMapping(EdgesEndpoint.PATH)
final class EdgesEndpoint {
    static final String PATH = AdministrationEndpoint.PATH + "/edges";
    private static final String CERTIFICATE_NAMES = "certificate_names";

    private final Edges edges;

    EdgesEndpoint(Edges edges) {
        this.edges = edges;
    }

    /** A page of them, by name, with an entity tag that every change of the list changes. */
    @GetMapping
    ResponseEntity<String> list(@RequestParam MultiValueMap<String, String> parameters) {
        return EdgeListDocument.forAdministrators(edges.list(), PageRequest.of(parameters, Set.of()))
                .answer();
    }

    @GetMapping("/{name}")
    ResponseEntity<?> show(@PathVariable String name) {
        Optional<Edge> found = edges.list().find(name);
        return found.isPresent() ? with(ResponseEntity.ok(), found.get()) : unknown();
    }

    /** @param body {@code certificate_names}, an array of strings */
    @PutMapping("/{name}")
    ResponseEntity<?> put(
            @PathVariable String name,
            @RequestBody Map<String, @Nullable Object> body,
            @RequestHeader HttpHeaders headers,
            Authentication who) {
        Edge edge = new Edge(name, certificateNames(body));
        boolean added = edges.put(edge, Preconditions.of(headers), who.getName());
        return with(added ? ResponseEntity.created(URI.create(PATH + "/" + name)) : ResponseEntity.ok(), edge);
    }

    /** Registrars end the connections of this edge with their next poll. */
    @DeleteMapping("/{name}")
    ResponseEntity<?> remove(@PathVariable String name, @RequestHeader HttpHeaders headers, Authentication who) {
        return edges.remove(name, Preconditions.of(headers), who.getName())
                ? ResponseEntity.noContent().build()
                : unknown();
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

    private static ResponseEntity<?> with(ResponseEntity.BodyBuilder answer, Edge edge) {
        return answer.eTag(Preconditions.entityTag(edge.revision())).body(EdgeListDocument.json(edge));
    }

    private static ResponseEntity<?> unknown() {
        return ResponseEntity.of(ProblemDetail.forStatusAndDetail(
                        HttpStatus.NOT_FOUND, "the list has no edge of that name; list the edges for their names"))
                .build();
    }
}
