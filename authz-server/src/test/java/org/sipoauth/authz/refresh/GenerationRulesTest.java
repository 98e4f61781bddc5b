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
import org.jspecify.annotations.Nullable;
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
            new Life(seed, 0, seen).run();
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
     * Two holders over the same bad network and forgetful store, who get no more than {@link Life#MOST_TURNS} answers in
     * turn. What is counted begins anew when one follows the other within the time in which a repeat is granted, which the
     * security model tells, and when the store loses writes.
     */
    @Test
    void findsTwoHoldersWhateverIsLostCopiedOrRolledBack() {
        Map<Outcome, Integer> seen = new EnumMap<>(Outcome.class);
        int[] afterTurns = new int[Life.MOST_TURNS + 1];
        int rolledBack = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            Life life = new Life(seed, 1 + seed % 8, seen);
            life.run();
            if (!life.isFoundOut()) {
                life.takeTurns();
            }
            assertThat(life.isFoundOut())
                    .as("history %d has two holders to its end:%n%s", seed, life)
                    .isTrue();
            afterTurns[life.turns()]++;
            rolledBack += life.fellBackWithTwo() ? 1 : 0;
        }
        assertThat(rolledBack)
                .as("histories in which the store lost writes of two holders")
                .isGreaterThan(1_000);
        assertThat(afterTurns[Life.MOST_TURNS])
                .as("histories that go to the bound")
                .isPositive();
        assertThat(seen.keySet()).contains(Outcome.REPLAYED, Outcome.REPLAYED_STRUCK_OUT, Outcome.FAST_FORWARDED);
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

    /**
     * A login over a bad network and a store that loses its last writes. Each holder sends the newest token it has, again
     * and again until it is answered; it uses the answer to its newest request and ignores others. A request arrives within
     * {@link GenerationModel#DUPLICATE} of being sent, once or twice, or never. Lists that were served are put back.
     */
    private static final class Life {
        /** One uses the token, the other uses it or its successor, the first comes again; whoever is next is found out. */
        static final int MOST_TURNS = 3;

        /** By a failover, or by a backup that is put back. */
        private static final List<Duration> LOST_WRITES = List.of(Duration.ofSeconds(30), Duration.ofDays(60));

        /** Neither a repeat nor a late copy of another's request is possible any more. */
        private static final Duration SETTLED =
                GenerationModel.REPEAT.plus(GenerationModel.DUPLICATE).plus(GenerationModel.DUPLICATE);

        private static final int STEPS = 60;

        private record Event(Instant at, int order, Runnable action) {}

        private record Write(Instant at, State before) {}

        private final Random random;
        private final int stolenAfter;
        private final Map<Outcome, Integer> seen;
        private final PriorityQueue<Event> events =
                new PriorityQueue<>(Comparator.comparing(Event::at).thenComparing(Event::order));
        private final List<Write> writes = new ArrayList<>();
        private final List<String> history = new ArrayList<>();
        private final Holder phone = new Holder("phone", 1);
        private @Nullable Holder thief;
        private Instant now = START;
        private State family = State.start(START);
        private int requests;
        private int answers;
        private int order;
        private @Nullable Holder lastToArrive;
        private Instant lastArrival = START;
        private @Nullable Holder lastAnswered;
        private int turns;
        /** How often counting has begun: an answer that was under way then counts no more. */
        private int count;

        private boolean fellBackWithTwo;

        /** @param stolenAfter so many answers to the phone; 0: never */
        Life(int seed, int stolenAfter, Map<Outcome, Integer> seen) {
            this.random = new Random(seed);
            this.stolenAfter = stolenAfter;
            this.seen = seen;
        }

        void run() {
            in(Duration.ZERO, phone::send);
            for (int step = 0; step < STEPS && !events.isEmpty() && !isFoundOut(); step++) {
                Event next = events.remove();
                now = next.at();
                next.action().run();
                if (random.nextInt(20) == 0) {
                    loseWrites();
                }
            }
        }

        /** From now on nothing is lost, and neither follows the other soon. */
        void takeTurns() {
            events.clear();
            if (thief == null) {
                thief = new Holder("thief", phone.held);
            }
            startCounting();
            for (Holder next = phone; !isFoundOut(); next = next == phone ? thief : phone) {
                now = now.plus(SETTLED).plus(millis(Duration.ofHours(1)));
                next.take(next.held);
            }
        }

        boolean isFoundOut() {
            return family.revoked();
        }

        boolean fellBackWithTwo() {
            return fellBackWithTwo;
        }

        /** How many answers two holders have had in turn since they last came close to each other or the store lost writes. */
        int turns() {
            return turns;
        }

        private void startCounting() {
            turns = 0;
            count++;
            lastAnswered = null;
        }

        @Override
        public String toString() {
            return String.join("\n", history);
        }

        /** The phone, or who has stolen its token. */
        private final class Holder {
            private final String name;
            private int held;
            private int newestRequest;

            Holder(String name, int held) {
                this.name = name;
                this.held = held;
            }

            void send() {
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
                Presentation answer = present(generation);
                int counted = count;
                if (answer.isGranted() && random.nextInt(3) > 0) {
                    in(millis(Duration.ofSeconds(5)), () -> receive(request, answer.generation(), counted));
                }
            }

            private void receive(int request, int generation, int counted) {
                if (request == newestRequest) {
                    newestRequest = 0;
                    answered(generation, counted);
                    in(Duration.ofSeconds(5).plus(patience()), this::send);
                }
            }

            /** Sends a token and is answered, at once and for sure. */
            void take(int generation) {
                Presentation answer = present(generation);
                if (answer.isGranted()) {
                    answered(answer.generation(), count);
                }
            }

            private Presentation present(int generation) {
                if (lastToArrive != this && Duration.between(lastArrival, now).compareTo(SETTLED) < 0) {
                    startCounting();
                }
                lastToArrive = this;
                lastArrival = now;
                Step step = GenerationModel.present(family, generation, now);
                Outcome outcome = step.answer().outcome();
                history.add(Duration.between(START, now) + " " + name + " presents " + generation + " to " + family
                        + ": " + outcome);
                assertThat(thief == null && step.next().revoked())
                        .as("locks out a phone alone:%n%s", Life.this)
                        .isFalse();
                seen.merge(outcome, 1, Integer::sum);
                if (!step.next().equals(family)) {
                    writes.add(new Write(now, family));
                    family = step.next();
                }
                return step.answer();
            }

            private void answered(int generation, int counted) {
                int former = held;
                held = generation;
                history.add(Duration.between(START, now) + " " + name + " has " + generation);
                if (lastAnswered != this && counted == count) {
                    lastAnswered = this;
                    turns++;
                    assertThat(turns).as("answers in turn:%n%s", Life.this).isLessThanOrEqualTo(MOST_TURNS);
                }
                if (this == phone && ++answers == stolenAfter) {
                    thief = new Holder("thief", random.nextInt(3) == 0 ? former : held);
                    in(patience(), thief::send);
                }
            }
        }

        /** The store comes back as it was a while ago. */
        private void loseWrites() {
            Instant oldest = now.minus(LOST_WRITES.get(random.nextInt(LOST_WRITES.size())));
            List<Write> lost = writes.stream()
                    .filter(write -> !write.at().isBefore(oldest))
                    .toList();
            if (!lost.isEmpty()) {
                Write first = lost.get(random.nextInt(lost.size()));
                family = first.before().withListOf(family);
                history.add(Duration.between(START, now) + " the store falls back to " + family);
                writes.subList(writes.indexOf(first), writes.size()).clear();
                startCounting();
                fellBackWithTwo |= thief != null;
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
