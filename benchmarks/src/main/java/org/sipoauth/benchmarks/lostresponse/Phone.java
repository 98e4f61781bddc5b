package org.sipoauth.benchmarks.lostresponse;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.sipoauth.benchmarks.platform.Client;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.SignIns;
import org.sipoauth.benchmarks.platform.Violations;

/**
 * A phone that does what the protocol asks of it, and no more: it saves a new refresh token before it uses it, and makes a
 * request that brought no answer again, with the token that it has saved, on a new connection. So after a crash it presents
 * the newest token it was sent or, if it did not come to save that, the one before; never one that it knows to be older.
 */
final class Phone implements Client {
    private static final int MOST_TRIES = 60;
    private static final int CRASH_PERCENT = 2; // between an answer's last byte and the end of saving it
    private static final Duration PROMPT = Duration.ofSeconds(3);
    private static final Duration LATE = Duration.ofSeconds(50);
    private static final Duration LATEST = Duration.ofSeconds(100);

    /** What all phones of a run have in common. */
    record Surroundings(
            Plan plan,
            FaultyProxy proxy,
            SignIns signIns,
            Judge judge,
            Probe probe,
            Violations<Violation> violations) {}

    static final class Counts {
        final LongAdder signIns = new LongAdder();
        final LongAdder refreshes = new LongAdder();
        final LongAdder silences = new LongAdder();
        final LongAdder crashes = new LongAdder();
        final LongAdder lateReturns = new LongAdder();
        final LongAdder deferrals = new LongAdder();
    }

    private final String user;
    private final Surroundings with;
    private final Counts counts;

    // one thread at a time
    private String saved = "";
    private Optional<Lineage> login = Optional.empty();
    private int refreshesLeft;
    private int tries;
    private boolean late;

    Phone(String user, Surroundings with, Counts counts) {
        this.user = user;
        this.with = with;
        this.counts = counts;
    }

    @Override
    public Duration act() throws IOException, InterruptedException {
        if (refreshesLeft <= 0 && !isWaiting()) {
            endLogin();
        }
        if (login.isEmpty()) {
            signIn();
            return think();
        }
        return refresh();
    }

    @Override
    public boolean isWaiting() {
        return tries > 0;
    }

    /** Whoever is signed in can refresh, and the login's tokens are tried. */
    void endLogin() throws IOException, InterruptedException {
        Optional<Lineage> ended = login;
        login = Optional.empty();
        if (ended.isPresent()) {
            with.probe().examine(ended.get(), saved);
        }
    }

    private void signIn() throws IOException, InterruptedException {
        saved = Http.member(with.signIns().signIn(user), "refresh_token");
        login = Optional.of(with.judge().begun(user, saved));
        int usual = with.plan().refreshesALogin();
        refreshesLeft = usual / 2 + ThreadLocalRandom.current().nextInt(usual + 1);
        counts.signIns.increment();
    }

    private Duration refresh() throws IOException {
        Wire.Answer answer;
        byte[] request = Wire.request(saved);
        try (Wire wire = Wire.connect(with.proxy().port())) {
            wire.send(request, 0, request.length);
            answer = wire.receive();
        } catch (IOException silence) {
            counts.silences.increment();
            return again("no answer: " + silence.getMessage(), comeBack());
        }
        if (answer.isLater()) {
            counts.deferrals.increment();
            return again("503 each time", answer.retryAfter().orElse(PROMPT));
        }
        if (answer.status() != 200) {
            lockedOut(answer.status() + " " + answer.body());
            return Duration.ZERO;
        }
        if (ThreadLocalRandom.current().nextInt(100) < CRASH_PERCENT) {
            counts.crashes.increment();
            return again("crashed each time", comeBack());
        }
        saved = answer.refreshToken();
        tries = 0;
        // just now an unused token may have been struck out for this one: a good moment to try both
        refreshesLeft = late && ThreadLocalRandom.current().nextBoolean() ? 0 : refreshesLeft - 1;
        late = false;
        counts.refreshes.increment();
        return think();
    }

    private Duration again(String why, Duration pause) {
        if (++tries == MOST_TRIES) {
            lockedOut(MOST_TRIES + " tries, at last " + why);
            return Duration.ZERO;
        }
        return pause;
    }

    private void lockedOut(String why) {
        with.violations().add(Violation.LOCKED_OUT, user + ": " + why);
        late = false;
        login = Optional.empty();
        tries = 0;
    }

    private Duration comeBack() {
        if (ThreadLocalRandom.current().nextInt(100) >= with.plan().latePercent()) {
            return upTo(PROMPT);
        }
        counts.lateReturns.increment();
        late = true;
        return LATE.plus(upTo(LATEST.minus(LATE)));
    }

    private Duration think() {
        return upTo(with.plan().think());
    }

    private static Duration upTo(Duration longest) {
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(longest.toMillis() + 1));
    }
}
