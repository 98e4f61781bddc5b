package org.sipoauth.authz.edge;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@link Edges} as JSON. */
@RestController
@RequestMapping(EdgesEndpoint.PATH)
final class EdgesEndpoint {
    static final String PATH = "/admin/api/v1/edges";
    private static final String CERTIFICATE_NAMES = "certificate_names";
    private static final String RETRY_AFTER_SECONDS = "5";

    private final Edges edges;

    EdgesEndpoint(Edges edges) {
        this.edges = edges;
    }

    /** All of them, by name, with the entity tag of the whole list. */
    @GetMapping
    ResponseEntity<String> list() {
        EdgeListDocument document = EdgeListDocument.forAdministrators(edges.list());
        return document.answer();
    }

    @GetMapping("/{name}")
    ResponseEntity<?> show(@PathVariable String name) {
        Optional<Edge> found = edges.list().find(name);
        return found.isPresent() ? ResponseEntity.ok(EdgeListDocument.json(found.get())) : unknown();
    }

    /** @param body {@code certificate_names}, an array of strings */
    @PutMapping("/{name}")
    ResponseEntity<?> put(
            @PathVariable String name, @RequestBody Map<String, @Nullable Object> body, Authentication who) {
        Edge edge = new Edge(name, certificateNames(body));
        boolean added = edges.put(edge, who.getName());
        Map<String, Object> json = EdgeListDocument.json(edge);
        return added ? ResponseEntity.created(URI.create(PATH + "/" + name)).body(json) : ResponseEntity.ok(json);
    }

    /** Registrars end the connections of this edge with their next poll. */
    @DeleteMapping("/{name}")
    ResponseEntity<?> remove(@PathVariable String name, Authentication who) {
        return edges.remove(name, who.getName()) ? ResponseEntity.noContent().build() : unknown();
    }

    @ExceptionHandler
    ProblemDetail misunderstood(IllegalArgumentException wrong) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, String.valueOf(wrong.getMessage()));
    }

    @ExceptionHandler
    ProblemDetail unreadable(HttpMessageNotReadableException noJson) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, explain());
    }

    @ExceptionHandler
    ProblemDetail conflict(EdgeList.Conflict refused) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, String.valueOf(refused.getMessage()));
    }

    /** Redis is away, its replicas did not confirm, or others changed the list all the while. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> storeAway(DataAccessException away) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE,
                "the store did not confirm it; the list may be changed already: send the same request again");
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(problem);
    }

    private static List<String> certificateNames(Map<String, @Nullable Object> body) {
        if (body.size() != 1 || !(body.get(CERTIFICATE_NAMES) instanceof List<?> names)) {
            throw new IllegalArgumentException(explain());
        }
        List<String> texts = new ArrayList<>();
        for (Object name : names) {
            if (!(name instanceof String text)) {
                throw new IllegalArgumentException(explain());
            }
            texts.add(text);
        }
        return texts;
    }

    private static String explain() {
        return "send {\"certificate_names\":[\"edge.example.com\"]} and nothing else; a certificate name is a SAN or"
                + " the CN of the edge's certificate";
    }

    private static ResponseEntity<?> unknown() {
        return ResponseEntity.of(ProblemDetail.forStatusAndDetail(
                        HttpStatus.NOT_FOUND, "the list has no edge of that name; list the edges for their names"))
                .build();
    }
}
