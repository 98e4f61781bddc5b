package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.refresh.GenerationModel.State;
import org.sipoauth.authz.refresh.GenerationModel.Step;
import org.sipoauth.authz.refresh.Presentation.Outcome;

/**
 * What the rules of the generations are for, over many random histories: an honest phone is never locked out, whatever
 * the network and the store lose, copy or delay; two holders are always found out. {@code FamilyStoreIT} holds the
 * script against the same model.
 */
class GenerationRulesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void neverLocksOutAnHonestPhone() {
        Map<Outcome, Integer> seen = new EnumMap<>(Outcome.class);
        for (int seed = 0; seed < 20_000; seed++) {
            new HonestLife(seed, seen).run();
        }
        assertThat(seen.keySet())
                .as("outcomes that the histories came upon")
                .containsExactlyInAnyOrder(
                        Outcome.ROTATED,
                        Outcome.REPEATED,
                        Outcome.DUPLICATE,
                        Outcome.STRUCK_OUT,
                        Outcome.FAST_FORWARDED,
                        Outcome.DEFERRED);
    }

    /**
     * Two holders who never come within the time in which a repeat is granted. Each uses the newest token it was given.
     * As soon as each has had a turn and the first comes again, the family is dead.
     */
    @Test
    void findsTwoHoldersByTheSecondChangeOfTurns() {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            State family = State.start(START);
            Instant now = START;
            List<Integer> given = new ArrayList<>(List.of(1));
            for (int refreshes = random.nextInt(5); refreshes > 0; refreshes--) {
                now = now.plus(apart(random));
                Step step = GenerationModel.present(family, last(given), now);
                family = step.next();
                given.add(step.answer().generation());
            }
            // The thief took the phone's token, or the one before that.
            int stolen = random.nextBoolean() || given.size() == 1 ? last(given) : given.get(given.size() - 2);
            int[] held = {last(given), stolen};

            int holder = random.nextInt(2);
            int changes = 0;
            while (changes < 2 && !family.revoked()) {
                now = now.plus(apart(random));
                Step step = GenerationModel.present(family, held[holder], now);
                family = step.next();
                if (step.answer().isGranted()) {
                    held[holder] = step.answer().generation();
                }
                if (random.nextBoolean()) {
                    holder = 1 - holder;
                    changes++;
                }
            }
            if (!family.revoked()) {
                family = GenerationModel.present(family, held[holder], now.plus(apart(random)))
                        .next();
            }
            assertThat(family.revoked()).as("found out in history %d", seed).isTrue();
        }
    }

    /**
     * Two holders who send the newest token they have, or an older one, whenever they like, while the store loses writes.
     * A login that was once ended never goes on, if the served lists are put back: whatever its record has become.
     */
    @Test
    void neverRevivesALoginThatWasEndedHoweverTheStoreFallsBack() {
        int fellBackAfterTheEnd = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            State family = State.start(START);
            List<State> stored = new ArrayList<>();
            int[] held = {1, 1};
            Instant now = START;
            boolean ended = false;
            for (int step = 0; step < 40; step++) {
                stored.add(family);
                if (random.nextInt(8) == 0) {
                    family = stored.get(random.nextInt(stored.size())).withListOf(family);
                    fellBackAfterTheEnd += ended && !family.revoked() ? 1 : 0;
                }
                now = now.plusMillis(random.nextInt(3) > 0 ? random.nextInt(20_000) : random.nextInt(10_000_000));
                int holder = random.nextInt(2);
                Step answer = GenerationModel.present(family, Math.max(1, held[holder] - random.nextInt(2)), now);
                family = answer.next();
                if (ended) {
                    assertThat(answer.answer().outcome()).as("history %d", seed).isEqualTo(Outcome.REVOKED);
                } else if (answer.answer().isGranted() && random.nextInt(3) > 0) {
                    held[holder] = answer.answer().generation();
                }
                ended = family.revoked();
            }
        }
        assertThat(fellBackAfterTheEnd).as("histories that prove something").isGreaterThan(1_000);
    }

    /** Every answer to a repeat or a parallel request is the one successor that is live. */
    @Test
    void handsOutOneLiveSuccessorToParallelRequests() {
        for (int seed = 0; seed < 1_000; seed++) {
            Random random = new Random(seed);
            Step first = GenerationModel.present(State.start(START), 1, START);
            State family = first.next();
            for (int request = 0; request < 20; request++) {
                Instant now = START.plusMillis(random.nextInt(60_001));
                Step again = GenerationModel.present(family, 1, now);
                assertThat(again.answer().generation()).isEqualTo(first.answer().generation());
                family = again.next();
            }
        }
    }

    private static int last(List<Integer> given) {
        return given.get(given.size() - 1);
    }

    private static Duration apart(Random random) {
        return Duration.ofSeconds(71 + random.nextInt(4000));
    }

    /**
     * One phone over a bad network and a store that loses its last writes. The phone sends the newest token it has,
     * again and again until it is answered; it uses the answer to its newest request and ignores others. A request
     * arrives within {@link GenerationModel#DUPLICATE} of being sent, once or twice, or never.
     */
    private static final class HonestLife {
        private static final Duration LOST_WRITES = Duration.ofSeconds(30);
        private static final int STEPS = 60;

        private record Event(Instant at, int order, Runnable action) {}

        private record Write(Instant at, State before) {}

        private final int seed;
        private final Random random;
        private final Map<Outcome, Integer> seen;
        private final PriorityQueue<Event> events =
                new PriorityQueue<>(Comparator.comparing(Event::at).thenComparing(Event::order));
        private final List<Write> writes = new ArrayList<>();
        private final List<String> history = new ArrayList<>();
        private Instant now = START;
        private State family = State.start(START);
        private int held = 1;
        private int newestRequest;
        private int requests;
        private int order;

        HonestLife(int seed, Map<Outcome, Integer> seen) {
            this.seed = seed;
            this.random = new Random(seed);
            this.seen = seen;
        }

        void run() {
            in(Duration.ZERO, this::send);
            for (int step = 0; step < STEPS && !events.isEmpty(); step++) {
                Event next = events.remove();
                now = next.at();
                next.action().run();
                if (random.nextInt(20) == 0) {
                    loseWrites();
                }
            }
        }

        private void send() {
            int request = ++requests;
            newestRequest = request;
            int generation = held;
            for (int copies = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(2); copies > 0; copies--) {
                in(millis(GenerationModel.DUPLICATE), () -> arrive(request, generation));
            }
            in(patience(), () -> retry(request));
        }

        private void retry(int request) {
            if (request == newestRequest) {
                send();
            }
        }

        private void arrive(int request, int generation) {
            Step step = GenerationModel.present(family, generation, now);
            Outcome outcome = step.answer().outcome();
            history.add(Duration.between(START, now) + " presents " + generation + " to " + family + ": " + outcome);
            assertThat(step.next().revoked())
                    .as("history %d locks the phone out:%n%s", seed, String.join("\n", history))
                    .isFalse();
            seen.merge(outcome, 1, Integer::sum);
            if (!step.next().equals(family)) {
                writes.add(new Write(now, family));
                family = step.next();
            }
            if (step.answer().isGranted() && random.nextInt(3) > 0) {
                in(
                        millis(Duration.ofSeconds(5)),
                        () -> receive(request, step.answer().generation()));
            }
        }

        private void receive(int request, int generation) {
            if (request == newestRequest) {
                newestRequest = 0;
                held = generation;
                in(Duration.ofSeconds(5).plus(patience()), this::send);
            }
        }

        /** The store comes back as it was a while ago. */
        private void loseWrites() {
            writes.removeIf(write -> write.at().isBefore(now.minus(LOST_WRITES)));
            if (!writes.isEmpty()) {
                family = writes.get(random.nextInt(writes.size())).before();
                history.add(Duration.between(START, now) + " the store falls back to " + family);
                writes.clear();
            }
        }

        /** From impatient to switched off for weeks, and often around the windows of the rules. */
        private Duration patience() {
            return switch (random.nextInt(4)) {
                case 0 -> millis(Duration.ofSeconds(10));
                case 1 -> Duration.ofSeconds(50).plus(millis(Duration.ofSeconds(30)));
                case 2 -> millis(Duration.ofHours(1));
                default -> millis(Duration.ofDays(20));
            };
        }

        private Duration millis(Duration most) {
            return Duration.ofMillis(random.nextLong(most.toMillis() + 1));
        }

        private void in(Duration delay, Runnable action) {
            events.add(new Event(now.plus(delay), order++, action));
        }
    }
}
