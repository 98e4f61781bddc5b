package org.sipoauth.authz.session;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.refresh.FamilyId;
import org.sipoauth.authz.refresh.Session;
import org.sipoauth.authz.refresh.Sessions;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows administrators who is signed in where. */
@RestController
@RequestMapping("/admin/api/v1/sessions")
final class SessionsEndpoint {
    private final Sessions sessions;

    SessionsEndpoint(Sessions sessions) {
        this.sessions = sessions;
    }

    /** The logins of a user or on a device, live and revoked, newest first. */
    @GetMapping
    ResponseEntity<?> list(@RequestParam Optional<String> user, @RequestParam Optional<String> device) {
        if (user.isPresent() == device.isPresent()) {
            return ResponseEntity.of(ProblemDetail.forStatusAndDetail(
                            HttpStatus.BAD_REQUEST, "name a user or a device: ?user=… or ?device=…"))
                    .build();
        }
        List<Session> found = user.map(sessions::ofUser).orElseGet(() -> sessions.ofDevice(device.orElseThrow()));
        return ResponseEntity.ok(
                Map.of("sessions", found.stream().map(SessionsEndpoint::json).toList()));
    }

    @GetMapping("/{id}")
    ResponseEntity<?> show(@PathVariable String id) {
        Optional<Session> found = parse(id).flatMap(sessions::find);
        if (found.isEmpty()) {
            return ResponseEntity.of(ProblemDetail.forStatusAndDetail(
                            HttpStatus.NOT_FOUND,
                            "no such session, or it has ended; list the sessions of its user or device for their ids"))
                    .build();
        }
        return ResponseEntity.ok(json(found.get()));
    }

    static Optional<FamilyId> parse(String id) {
        try {
            return Optional.of(FamilyId.parse(id));
        } catch (IllegalArgumentException noSuchId) {
            return Optional.empty();
        }
    }

    private static Map<String, Object> json(Session session) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", session.id().toString());
        json.put("user", session.user());
        session.device().ifPresent(device -> json.put("device", device));
        json.put("client", session.client());
        json.put("scopes", session.scopes().stream().sorted().toList());
        json.put("begun", session.begun().toString());
        json.put("end", session.end().toString());
        session.lastRefresh().ifPresent(at -> json.put("last_refresh", at.toString()));
        json.put("generation", session.generation());
        session.revoked()
                .ifPresent(revoked ->
                        json.put("revoked", Map.of("at", revoked.at().toString(), "reason", revoked.reason())));
        return json;
    }
}
