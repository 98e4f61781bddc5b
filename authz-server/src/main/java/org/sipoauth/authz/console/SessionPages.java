package org.sipoauth.authz.console;

import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
    private final Clock clock;

    SessionPages(Sessions sessions, Revocations revocations, Clock clock) {
        this.sessions = sessions;
        this.revocations = revocations;
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

    /** Whose logins are to end. */
    private enum Target {
        SESSION,
        USER,
        DEVICE
    }

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

    @GetMapping(PATH + "/one")
    String show(@RequestParam String id, Model model) {
        model.addAttribute("login", row(requireSession(id), clock.instant()));
        return "console/session";
    }

    /** Asks before logins end: those of exactly one of the three. */
    @GetMapping(PATH + "/revoke")
    String confirm(
            @RequestParam Optional<String> session,
            @RequestParam Optional<String> user,
            @RequestParam Optional<String> device,
            Model model) {
        Target target = target(session, user, device);
        String value = session.or(() -> user).or(() -> device).orElseThrow();
        return confirm(target, value, "", Optional.empty(), model);
    }

    private String confirm(Target target, String value, String reason, Optional<String> objection, Model model) {
        model.addAttribute("target", target.name().toLowerCase(Locale.ROOT));
        model.addAttribute("value", value);
        model.addAttribute("reason", reason);
        model.addAttribute("longest", Revocations.REASON_BYTES);
        objection.ifPresent(text -> model.addAttribute("objection", text));
        Instant now = clock.instant();
        List<Session> concerned = switch (target) {
            case SESSION -> List.of(requireSession(value));
            case USER -> sessions.ofUser(value);
            case DEVICE -> sessions.ofDevice(value);
        };
        model.addAttribute(
                "rows",
                concerned.stream()
                        .filter(one -> one.revoked().isEmpty())
                        .map(one -> row(one, now))
                        .toList());
        return "console/session-revoke";
    }

    @PostMapping(PATH + "/revoke")
    String revoke(
            @RequestParam Optional<String> session,
            @RequestParam Optional<String> user,
            @RequestParam Optional<String> device,
            @RequestParam(defaultValue = "") String reason,
            Authentication who,
            Model model,
            RedirectAttributes next) {
        Target target = target(session, user, device);
        String value = session.or(() -> user).or(() -> device).orElseThrow();
        String why = reason.isBlank() ? NO_REASON_GIVEN : reason.strip();
        int revoked;
        try {
            revoked = switch (target) {
                case SESSION -> revocations.session(requireSession(value).id(), why, who.getName());
                case USER -> revocations.user(value, why, who.getName());
                case DEVICE -> revocations.device(value, why, who.getName());
            };
        } catch (IllegalArgumentException tooLong) {
            return confirm(target, value, reason, Optional.of("Shorten it: " + tooLong.getMessage() + "."), model);
        }
        next.addFlashAttribute(
                "done",
                revoked == 1
                        ? "1 login is revoked. SIP servers refuse it with their next read of the status lists."
                        : revoked
                                + " logins are revoked. SIP servers refuse them with their next read of the status"
                                + " lists.");
        return "redirect:" + (target == Target.SESSION ? Pages.session(value) : Pages.sessions(value));
    }

    private static Target target(Optional<String> session, Optional<String> user, Optional<String> device) {
        if (List.of(session, user, device).stream().filter(Optional::isPresent).count() != 1) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
        }
        return session.isPresent() ? Target.SESSION : user.isPresent() ? Target.USER : Target.DEVICE;
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
