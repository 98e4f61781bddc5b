package org.sipoauth.authz.session;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.refresh.FamilyId;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriUtils;

/** {@link Revocations} as JSON. To ask twice is what to do after an answer that was lost or a 503. */
@RestController
@RequestMapping("/admin/api/v1/revocations")
final class RevocationsEndpoint {
    private static final List<String> TARGETS = List.of("session", "user", "device", "client");
    private static final String REASON = "reason";
    private static final String NO_REASON_GIVEN = "by an administrator";
    private static final String RETRY_AFTER_SECONDS = "5";

    private final Revocations revocations;
    private final ClientRevocations clientRevocations;
    private final RegisteredClientRepository clients;

    RevocationsEndpoint(
            Revocations revocations, ClientRevocations clientRevocations, RegisteredClientRepository clients) {
        this.revocations = revocations;
        this.clientRevocations = clientRevocations;
        this.clients = clients;
    }

    /** What a request asks for, checked. */
    private record Order(String target, String value, String reason) {}

    /** A request that nobody can carry out; the message is for its sender. */
    private static final class Misunderstood extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final HttpStatus status;

        Misunderstood(HttpStatus status, String message) {
            super(message);
            this.status = status;
        }
    }

    /** @param body exactly one of {@code session}, {@code user}, {@code device}, {@code client}; {@code reason} if wanted */
    @PostMapping
    ResponseEntity<?> revoke(@RequestBody Map<String, Object> body, Authentication who) {
        Order order = read(body);
        if (order.target().equals("client")) {
            return revokeClient(order, who);
        }
        int revoked = switch (order.target()) {
            case "session" -> revocations.session(session(order.value()), order.reason(), who.getName());
            case "user" -> revocations.user(order.value(), order.reason(), who.getName());
            default -> revocations.device(order.value(), order.reason(), who.getName());
        };
        return ResponseEntity.ok(Map.of("revoked", revoked));
    }

    private ResponseEntity<?> revokeClient(Order order, Authentication who) {
        if (clients.findByClientId(order.value()) == null) {
            throw new Misunderstood(HttpStatus.NOT_FOUND, "this server has no client of that id");
        }
        revocations.client(order.value(), order.reason(), who.getName());
        return ResponseEntity.accepted()
                .location(URI.create("/admin/api/v1/revocations/clients/"
                        + UriUtils.encodePathSegment(order.value(), StandardCharsets.UTF_8)))
                .body(Map.of("state", "sweeping"));
    }

    /** How far the sweep is that sets the bits of a client's logins in the status lists. */
    @GetMapping("/clients/{client}")
    Map<String, Object> progress(@PathVariable String client) {
        ClientSweep sweep = clientRevocations
                .progress(client)
                .orElseThrow(() -> new Misunderstood(
                        HttpStatus.NOT_FOUND,
                        "the logins of this client have not been revoked, or so long ago that none of them is left"));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("client", client);
        json.put("at", sweep.cutoff().toString());
        json.put("state", sweep.isDone() ? "done" : "sweeping");
        json.put("revoked", sweep.revoked());
        json.put("buckets_left", sweep.bucketsLeft());
        return json;
    }

    @ExceptionHandler
    ResponseEntity<Object> misunderstood(Misunderstood request) {
        return ResponseEntity.of(ProblemDetail.forStatusAndDetail(request.status, String.valueOf(request.getMessage())))
                .build();
    }

    @ExceptionHandler
    ResponseEntity<Object> tooLong(IllegalArgumentException reason) {
        return misunderstood(new Misunderstood(HttpStatus.BAD_REQUEST, String.valueOf(reason.getMessage())));
    }

    @ExceptionHandler
    ResponseEntity<Object> unreadable(HttpMessageNotReadableException noJson) {
        return misunderstood(new Misunderstood(HttpStatus.BAD_REQUEST, explain()));
    }

    /** Redis is away, or its replicas did not confirm: what was done stays done, the rest is for the next try. */
    @ExceptionHandler
    ResponseEntity<Object> storeAway(DataAccessException away) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE,
                "the store did not confirm it; some logins may be revoked already: send the same request again");
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(problem);
    }

    private static Order read(Map<String, Object> body) {
        List<String> named = TARGETS.stream().filter(body::containsKey).toList();
        int known = named.size() + (body.containsKey(REASON) ? 1 : 0);
        if (named.size() != 1 || known != body.size()) {
            throw new Misunderstood(HttpStatus.BAD_REQUEST, explain());
        }
        String reason = body.containsKey(REASON) ? text(body.get(REASON)) : NO_REASON_GIVEN;
        return new Order(named.get(0), text(body.get(named.get(0))), reason);
    }

    private static String text(@Nullable Object value) {
        if (value instanceof String text && !text.isBlank()) {
            return text;
        }
        throw new Misunderstood(HttpStatus.BAD_REQUEST, explain());
    }

    private static FamilyId session(String id) {
        return SessionsEndpoint.parse(id)
                .orElseThrow(() -> new Misunderstood(
                        HttpStatus.BAD_REQUEST, "this is not the id of a session; list the sessions for their ids"));
    }

    private static String explain() {
        return "exactly one of session, user, device, client, as a JSON string; beside it only reason";
    }
}
