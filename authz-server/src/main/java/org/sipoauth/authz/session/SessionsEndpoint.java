package org.sipoauth.authz.session;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.PageRequest;
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
    private static final String USER = "user";
    private static final String DEVICE = "device";
    private static final Set<String> FILTERS = Set.of(USER, DEVICE);

    private final Sessions sessions;

    SessionsEndpoint(Sessions sessions) {
        this.sessions = sessions;
    }

    /**
     * A page of the logins of a user or on a device, live and revoked, the newest of the page first. Pages go by the ids of
     * logins, which do not change meanwhile, and read no more of them than they show: a phone that signs in again and again
     * has very many.
     *
     * @param parameters {@code user} or {@code device}, and those of a page
     */
    @GetMapping
    Map<String, Object> list(@RequestParam MultiValueMap<String, String> parameters) {
        PageRequest page = PageRequest.of(parameters, FILTERS);
        if (parameters.containsKey(USER) == parameters.containsKey(DEVICE)) {
            throw new RequestRefused(HttpStatus.BAD_REQUEST, "name a user or a device: ?user=… or ?device=…");
        }
        String user = parameters.getFirst(USER);
        List<FamilyId> all = user != null
                ? sessions.idsOfUser(user)
                : sessions.idsOfDevice(String.valueOf(parameters.getFirst(DEVICE)));
        List<String> ids = all.stream()
                .map(FamilyId::toString)
                .filter(id ->
                        page.after().filter(last -> last.compareTo(id) >= 0).isEmpty())
                .sorted()
                .limit(page.limit())
                .toList();
        return page.answer(
                "sessions",
                sessions.find(ids.stream().map(FamilyId::parse).toList()).stream()
                        .sorted(Comparator.comparing(Session::begun).reversed())
                        .map(SessionsEndpoint::json)
                        .toList(),
                ids);
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
