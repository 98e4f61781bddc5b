package org.sipoauth.authz.console;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * How many phones were registered, minute by minute for the last four hours, as the registrars said that answered. Gone
 * with the process; asks nobody where the settings name no registrar.
 */
@Component
final class Registrations {
    private final Registrars registrars;
    private final Clock clock;
    private final Deque<Level> levels = new ArrayDeque<>();

    /** @param phones at all registrars that answered */
    record Level(Instant at, long phones) {}

    Registrations(Registrars registrars, Clock clock) {
        this.registrars = registrars;
        this.clock = clock;
    }

    /** Keeps no thread waiting for an answer. */
    @Scheduled(fixedRateString = "PT1M", initialDelayString = "PT5S")
    void count() {
        registrars.ask().thenAccept(seen -> add(seen, clock.instant()));
    }

    synchronized void add(List<Registrars.Seen> seen, Instant at) {
        level(seen, at).ifPresent(levels::addLast);
        while (levels.size() > Rates.MINUTES) {
            levels.removeFirst();
        }
    }

    /** The oldest first, and what they say now. */
    synchronized List<Level> levels(List<Registrars.Seen> seen, Instant now) {
        List<Level> all = new ArrayList<>(levels);
        level(seen, now).ifPresent(all::add);
        return all;
    }

    /** Where nobody answers it is not known, which is not none. */
    private static Optional<Level> level(List<Registrars.Seen> seen, Instant at) {
        return seen.stream().anyMatch(Registrars.Seen::answers)
                ? Optional.of(new Level(
                        at, seen.stream().mapToLong(Registrars.Seen::bindings).sum()))
                : Optional.empty();
    }
}
