package org.sipoauth.authz.console;

import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.client.Clients;
import org.sipoauth.authz.refresh.FamilyId;
import org.sipoauth.authz.refresh.Session;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.session.Revocations;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Who is signed in where, and ending it. */
@Controller
final class SessionPages {
    private static final String PATH = "/console/sessions";
    private static final String NO_REASON_GIVEN = "by an administrator";

    private final Sessions sessions;
    private final Revocations revocations;
    private final Clients clients;
    private final Clock clock;

    SessionPages(Sessions sessions, Revocations revocations, Clients clients, Clock clock) {
        this.sessions = sessions;
        this.revocations = revocations;
        this.clients = clients;
        this.clock = clock;
    }

    /** A session in words. */
    record Row(
            String id,
            String user,
            Optional<String> device,
            String client,
            String scopes,
            Moment begun,
            Optional<Moment> lastRefresh,
            int generation,
            Moment end,
            Optional<Moment> revokedAt,
            Optional<String> reason) {}

    private enum Sort {
        SESSION,
        USER,
        DEVICE,
        CLIENT;

        private String parameter() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whose logins are to end. */
    private record Target(Sort sort, String value) {
        /** Of a request with exactly one of them. */
        static Target of(Map<String, String> parameters) {
            List<Target> named = Arrays.stream(Sort.values())
                    .filter(sort -> parameters.containsKey(sort.parameter()))
                    .map(sort -> new Target(sort, parameters.get(sort.parameter())))
                    .toList();
            if (named.size() != 1) {
                throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
            }
            return named.get(0);
        }

        String page() {
            return switch (sort) {
                case SESSION -> Pages.session(value);
                case USER, DEVICE -> Pages.sessions(value);
                case CLIENT -> PATH;
            };
        }
    }

    /** A client, and how far it is with the last order to end all its logins. */
    record ClientRow(String id, Optional<Moment> revokedBefore, boolean done, long revoked) {}

    /** @param name of a user or a device; blank: nothing is looked for yet */
    @GetMapping(PATH)
    String find(@RequestParam(defaultValue = "") String name, Model model) {
        String wanted = name.strip();
        Instant now = clock.instant();
        List<Session> ofUser = wanted.isEmpty() ? List.of() : sessions.ofUser(wanted);
        List<Session> onDevice = wanted.isEmpty() ? List.of() : sessions.ofDevice(wanted);
        Map<FamilyId, Session> found = new LinkedHashMap<>();
        ofUser.forEach(session -> found.put(session.id(), session));
        onDevice.forEach(session -> found.put(session.id(), session));
        model.addAttribute("name", wanted);
        model.addAttribute(
                "clients",
                clients.idsWithLogins().stream().map(id -> clientRow(id, now)).toList());
        model.addAttribute("liveOfUser", live(ofUser));
        model.addAttribute("liveOnDevice", live(onDevice));
        model.addAttribute(
                "rows",
                found.values().stream()
                        .sorted(Comparator.comparing(Session::begun).reversed())
                        .map(session -> row(session, now))
                        .toList());
        return "console/sessions";
    }

    private ClientRow clientRow(String id, Instant now) {
        Optional<Revocations.Progress> progress = revocations.progress(id);
        return new ClientRow(
                id,
                progress.map(order -> Moment.of(order.begunBefore(), now)),
                progress.map(Revocations.Progress::done).orElse(true),
                progress.map(Revocations.Progress::revoked).orElse(0L));
    }

    @GetMapping(PATH + "/one")
    String show(@RequestParam String id, Model model) {
        model.addAttribute("login", row(requireSession(id), clock.instant()));
        return "console/session";
    }

    /** Asks before logins end. @param parameters exactly one of {@code session}, {@code user}, {@code device}, {@code client} */
    @GetMapping(PATH + "/revoke")
    String confirm(@RequestParam Map<String, String> parameters, Model model) {
        return confirm(Target.of(parameters), "", Optional.empty(), model);
    }

    private String confirm(Target target, String reason, Optional<String> objection, Model model) {
        model.addAttribute("target", target.sort().parameter());
        model.addAttribute("value", target.value());
        model.addAttribute("back", target.page());
        model.addAttribute("reason", reason);
        model.addAttribute("longest", Revocations.REASON_BYTES);
        objection.ifPresent(text -> model.addAttribute("objection", text));
        Instant now = clock.instant();
        List<Session> concerned = switch (target.sort()) {
            case SESSION -> List.of(requireSession(target.value()));
            case USER -> sessions.ofUser(target.value());
            case DEVICE -> sessions.ofDevice(target.value());
            case CLIENT -> {
                requireClient(target.value());
                yield List.of(); // millions, perhaps, and nobody reads them one by one
            }
        };
        model.addAttribute(
                "rows",
                concerned.stream()
                        .filter(one -> one.revoked().isEmpty())
                        .map(one -> row(one, now))
                        .toList());
        return "console/session-revoke";
    }

    /** @param parameters as above; {@code reason} if wanted */
    @PostMapping(PATH + "/revoke")
    String revoke(
            @RequestParam Map<String, String> parameters, Authentication who, Model model, RedirectAttributes next) {
        Target target = Target.of(parameters);
        String reason = parameters.getOrDefault("reason", "");
        String why = reason.isBlank() ? NO_REASON_GIVEN : reason.strip();
        String by = who.getName();
        try {
            next.addFlashAttribute(
                    "done",
                    switch (target.sort()) {
                        case SESSION ->
                            words(revocations.session(
                                    requireSession(target.value()).id(), why, by));
                        case USER -> words(revocations.user(target.value(), why, by));
                        case DEVICE -> words(revocations.device(target.value(), why, by));
                        case CLIENT -> {
                            requireClient(target.value());
                            revocations.client(target.value(), why, by);
                            yield "All logins of " + target.value()
                                    + " that have begun by now are refused by every server. They are"
                                    + " being marked in the status lists for SIP servers; see below.";
                        }
                    });
        } catch (IllegalArgumentException tooLong) {
            return confirm(target, reason, Optional.of(Objection.of(tooLong)), model);
        }
        return "redirect:" + target.page();
    }

    private static String words(int revoked) {
        return revoked == 1
                ? "1 login is revoked. SIP servers refuse it with their next read of the status lists."
                : revoked + " logins are revoked. SIP servers refuse them with their next read of the status lists.";
    }

    private void requireClient(String id) {
        if (!clients.idsWithLogins().contains(id)) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
    }

    private Session requireSession(String id) {
        try {
            return sessions.find(FamilyId.parse(id))
                    .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        } catch (IllegalArgumentException noId) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
    }

    private static long live(List<Session> sessions) {
        return sessions.stream().filter(session -> session.revoked().isEmpty()).count();
    }

    static Row row(Session session, Instant now) {
        return new Row(
                session.id().toString(),
                session.user(),
                session.device(),
                session.client(),
                String.join(" ", session.scopes().stream().sorted().toList()),
                Moment.of(session.begun(), now),
                session.lastRefresh().map(at -> Moment.of(at, now)),
                session.generation(),
                Moment.of(session.end(), now),
                session.revoked().map(revoked -> Moment.of(revoked.at(), now)),
                session.revoked().map(Session.Revocation::reason));
    }
}
