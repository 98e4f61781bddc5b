package org.sipoauth.authz.session;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.refresh.FamilyId;
import org.sipoauth.authz.refresh.Session;
import org.sipoauth.authz.refresh.Sessions;
import org.springframework.http.HttpStatus;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Shows administrators who is signed in where. */
@AdministrationEndpoint
@RequestMapping(AdministrationEndpoint.PATH + "/sessions")
final class SessionsEndpoint {
    private final Sessions sessions;

    SessionsEndpoint(Sessions sessions) {
        this.sessions = sessions;
    }

    /** The logins of a user or on a device, live and revoked, newest first. @param parameters {@code user} or {@code device} */
    @GetMapping
    Map<String, Object> list(@RequestParam MultiValueMap<String, String> parameters) {
        String user = only("user", parameters);
        String device = only("device", parameters);
        if (parameters.size() != 1 || user.isEmpty() == device.isEmpty()) {
            throw new RequestRefused(
                    HttpStatus.BAD_REQUEST, "name a user or a device, once, and nothing else: ?user=… or ?device=…");
        }
        List<Session> found = user.isEmpty() ? sessions.ofDevice(device) : sessions.ofUser(user);
        return Map.of("sessions", found.stream().map(SessionsEndpoint::json).toList());
    }

    private static String only(String name, MultiValueMap<String, String> parameters) {
        List<String> values = parameters.getOrDefault(name, List.of());
        return values.size() == 1 ? values.get(0) : "";
    }

    @GetMapping("/{id}")
    Map<String, Object> show(@PathVariable String id) {
        return parse(id)
                .flatMap(sessions::find)
                .map(SessionsEndpoint::json)
                .orElseThrow(() -> new RequestRefused(
                        HttpStatus.NOT_FOUND,
                        "no such session, or it has ended; list the sessions of its user or device for their ids"));
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
