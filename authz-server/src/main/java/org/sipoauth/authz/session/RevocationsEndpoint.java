package org.sipoauth.authz.session;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.refresh.FamilyId;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.util.UriUtils;

/** {@link Revocations} as JSON. To ask twice is what to do after an answer that was lost or a 503. */
@AdministrationEndpoint
@RequestMapping(RevocationsEndpoint.PATH)
final class RevocationsEndpoint {
    static final String PATH = AdministrationEndpoint.PATH + "/revocations";

    private static final List<String> TARGETS = List.of("session", "user", "device", "client");
    private static final String REASON = "reason";
    private static final String NO_REASON_GIVEN = "by an administrator";

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
            throw new RequestRefused(HttpStatus.NOT_FOUND, "this server has no client of that id");
        }
        revocations.client(order.value(), order.reason(), who.getName());
        return ResponseEntity.accepted()
                .location(URI.create(
                        PATH + "/clients/" + UriUtils.encodePathSegment(order.value(), StandardCharsets.UTF_8)))
                .body(Map.of("state", "sweeping"));
    }

    /** How far the sweep is that sets the bits of a client's logins in the status lists. */
    @GetMapping("/clients/{client}")
    Map<String, Object> progress(@PathVariable String client) {
        ClientSweep sweep = clientRevocations
                .progress(client)
                .orElseThrow(() -> new RequestRefused(
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

    private static Order read(Map<String, Object> body) {
        List<String> named = TARGETS.stream().filter(body::containsKey).toList();
        int known = named.size() + (body.containsKey(REASON) ? 1 : 0);
        if (named.size() != 1 || known != body.size()) {
            throw new RequestRefused(HttpStatus.BAD_REQUEST, explain());
        }
        String reason = body.containsKey(REASON) ? text(body.get(REASON)) : NO_REASON_GIVEN;
        return new Order(named.get(0), text(body.get(named.get(0))), reason);
    }

    private static String text(@Nullable Object value) {
        if (value instanceof String text && !text.isBlank()) {
            return text;
        }
        throw new RequestRefused(HttpStatus.BAD_REQUEST, explain());
    }

    private static FamilyId session(String id) {
        return SessionsEndpoint.parse(id)
                .orElseThrow(() -> new RequestRefused(
                        HttpStatus.BAD_REQUEST, "this is not the id of a session; list the sessions for their ids"));
    }

    private static String explain() {
        return "exactly one of session, user, device, client, as a JSON string; beside it only reason";
    }
}
