package org.sipoauth.authz.refresh;

import java.time.Duration;
import java.time.Instant;
import org.sipoauth.authz.refresh.Presentation.Outcome;

/**
 * The rules of one family's generations, written as they would be told, to hold {@code present.lua} against. It keeps
 * the state in other words than the script does.
 */
final class GenerationModel {
    static final Duration REPEAT = Duration.ofSeconds(60);
    static final Duration DUPLICATE = Duration.ofSeconds(10);

    /**
     * What the store remembers; immutable, so that a test can lose writes by going back to an earlier one.
     *
     * @param revoked in its record
     * @param listed as revoked in its status list
     */
    record State(
            int current,
            int prev,
            int prevPrev,
            int unsureFrom,
            Instant presented,
            Instant issued,
            boolean revoked,
            boolean listed) {

        static State start(Instant now) {
            return new State(1, 0, 0, 0, now, now, false, false);
        }

        /** This state after a server has put back what lists it had served. */
        State withListOf(State later) {
            return new State(current, prev, prevPrev, unsureFrom, presented, issued, revoked, listed || later.listed());
        }
    }

    record Step(Presentation answer, State next) {}

    private GenerationModel() {}

    static Step present(State family, int generation, Instant now) {
        if (family.revoked() || family.listed()) {
            return refuse(Outcome.REVOKED, revoked(family, family.listed()));
        }
        if (isLive(family, generation)) {
            return rotate(Outcome.ROTATED, family, generation, now);
        }
        if (isAheadOfTheStore(family, generation)) {
            return rotate(Outcome.FAST_FORWARDED, family, generation, now);
        }
        if (generation == family.prev()) {
            return presentAgain(family, now);
        }
        if (isLateCopy(family, generation, now)) {
            return grant(Outcome.DUPLICATE, family.prev(), family);
        }
        return refuse(
                isStruckOut(family, generation) ? Outcome.REPLAYED_STRUCK_OUT : Outcome.REPLAYED,
                revoked(family, true));
    }

    private static boolean isLive(State family, int generation) {
        return generation == family.current();
    }

    private static boolean isAheadOfTheStore(State family, int generation) {
        return generation > family.current();
    }

    private static boolean isStruckOut(State family, int generation) {
        return family.prev() < generation && generation < family.current();
    }

    private static Step rotate(Outcome outcome, State family, int presented, Instant now) {
        int successor = presented + 1;
        return grant(
                outcome,
                successor,
                new State(successor, presented, family.prev(), family.current(), now, now, false, false));
    }

    private static Step presentAgain(State family, Instant now) {
        Duration sinceIssue = Duration.between(family.issued(), now);
        Duration settled = REPEAT.plus(DUPLICATE);
        if (sinceIssue.compareTo(REPEAT) <= 0) {
            return grant(Outcome.REPEATED, family.current(), family);
        }
        if (sinceIssue.compareTo(settled) <= 0) {
            long wait = settled.minus(sinceIssue).toMillis() + 1;
            return new Step(new Presentation(Outcome.DEFERRED, wait), family);
        }
        int fresh = family.current() + 1;
        return grant(
                Outcome.STRUCK_OUT,
                fresh,
                new State(
                        fresh,
                        family.prev(),
                        family.prevPrev(),
                        family.unsureFrom(),
                        family.presented(),
                        now,
                        false,
                        false));
    }

    private static boolean isLateCopy(State family, int generation, Instant now) {
        boolean cameBeforePrev =
                generation == family.prevPrev() || (family.unsureFrom() <= generation && generation < family.prev());
        return cameBeforePrev && Duration.between(family.presented(), now).compareTo(DUPLICATE) <= 0;
    }

    private static State revoked(State family, boolean listed) {
        return new State(
                family.current(),
                family.prev(),
                family.prevPrev(),
                family.unsureFrom(),
                family.presented(),
                family.issued(),
                true,
                listed);
    }

    private static Step grant(Outcome outcome, int generation, State next) {
        return new Step(new Presentation(outcome, generation), next);
    }

    private static Step refuse(Outcome outcome, State next) {
        return new Step(new Presentation(outcome, 0), next);
    }
}
