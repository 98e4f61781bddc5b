package org.sipoauth.authz.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sipoauth.authz.signing.ListedKey;

/** What an operator should look at now: a function of what is known, the worst first. */
final class Alerts {
    /** A timer looks every few seconds; what is due for longer does not come by itself. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final List<String> REPLAYS = List.of("replayed", "replayed_struck_out");

    private Alerts() {}

    enum Level {
        CRITICAL,
        WARNING
    }

    /**
     * One of them.
     *
     * @param remedy what to do, a plain sentence
     * @param page of the console where that is done
     */
    record Alert(Level level, String title, String remedy, String page) {}

    /**
     * What they depend on.
     *
     * @param health of the parts of this server: the reason of each that is not up
     * @param refused token requests of the last hours, by cause
     * @param auditDropped records that the trail has lost
     */
    record Facts(
            Instant now,
            boolean modeEnabled,
            List<ListedKey> keys,
            Map<String, String> health,
            Map<Rates.Cause, Long> refused,
            long auditDropped,
            List<Registrars.Seen> registrars) {}

    static List<Alert> of(Facts facts) {
        List<Alert> alerts = new ArrayList<>();
        facts.health()
                .forEach((part, reason) -> alerts.add(
                        new Alert(Level.CRITICAL, HealthOfParts.title(part) + " is down", reason, "/console#health")));
        for (Registrars.Seen registrar : facts.registrars()) {
            if (!registrar.answers()) {
                alerts.add(new Alert(
                        Level.WARNING,
                        "Registrar " + registrar.node() + " does not answer",
                        "See whether it runs, and whether this server reaches its management port at "
                                + registrar.address() + ".",
                        "/console#registrars"));
            } else if (!registrar.up()) {
                alerts.add(new Alert(
                        Level.CRITICAL,
                        "Registrar " + registrar.node() + " registers nobody: "
                                + registrar.state().toLowerCase(Locale.ROOT).replace('_', ' '),
                        "Ask it on its own machine: sipoauth registrar status.",
                        "/console#registrars"));
            }
        }
        for (ListedKey key : facts.keys()) {
            key.rotationDue()
                    .filter(due -> due.plus(PATIENCE).isBefore(facts.now()))
                    .ifPresent(due -> alerts.add(overdue(key, due, facts)));
        }
        long replays = facts.refused().entrySet().stream()
                .filter(entry -> REPLAYS.contains(entry.getKey().name()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        if (replays > 0) {
            alerts.add(new Alert(
                    Level.WARNING,
                    replays == 1
                            ? "A used refresh token was presented again"
                            : replays + " used refresh tokens were presented again",
                    "Two held tokens of a login, and it is over. Find out who else can read the phone's tokens.",
                    "/console/audit?event=refused&outcome=replayed"));
        }
        if (facts.auditDropped() > 0) {
            alerts.add(new Alert(
                    Level.WARNING,
                    facts.auditDropped() + " audit records are not in the trail",
                    "Redis was away for too long. The log of this server has them.",
                    "/console/audit"));
        }
        if (!facts.modeEnabled()) {
            alerts.add(new Alert(
                    Level.WARNING,
                    "SIP OAuth mode is disabled",
                    "Phones are told to register without a token. Enable it once registrars are ready.",
                    "/console/mode"));
        }
        return alerts;
    }

    private static Alert overdue(ListedKey key, Instant due, Facts facts) {
        boolean ready = facts.keys().stream()
                .anyMatch(other -> other.use().equals(key.use())
                        && other.state().equals("published")
                        && !other.usableAt().isAfter(facts.now()));
        return new Alert(
                Level.CRITICAL,
                "Rotation of the " + KeyUses.title(key.use()) + " key is overdue by "
                        + Moment.length(Duration.between(due, facts.now())),
                ready
                        ? "The timer does not do it: look at the clock and the log of every server, then rotate by"
                                + " hand."
                        : "Its successor is too young or missing: it follows by itself once verifiers know it.",
                "/console/keys");
    }
}
