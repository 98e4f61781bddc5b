package org.sipoauth.cli.phone;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What happens in a storm: told by every phone from its own thread, read meanwhile and at the end. */
final class StormTally {
    /** What is counted. */
    enum Count {
        STARTED,
        CONNECTED,
        LOST,
        REGISTERED,
        UNANSWERED,
        REFRESHED,
        NOT_REFRESHED,
        LOGIN_ENDED
    }

    private static final long LONGEST_MICROSECONDS = TimeUnit.MINUTES.toMicros(10);
    private static final int SIGNIFICANT_DIGITS = 3;

    private final int phones;
    private final InstantSource clock;
    private final Map<Count, LongAdder> counts = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> refusals = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> connectFailures = new ConcurrentHashMap<>();
    private final Histogram handshakes = new ConcurrentHistogram(LONGEST_MICROSECONDS, SIGNIFICANT_DIGITS);
    private final Histogram registrations = new ConcurrentHistogram(LONGEST_MICROSECONDS, SIGNIFICANT_DIGITS);

    // of the phones together, so behind one lock
    private Instant begun;
    private int registeredNow;
    private @Nullable Instant allRegisteredAt;
    private @Nullable Instant outageSince;
    private final List<Duration> outages = new ArrayList<>();

    StormTally(int phones, InstantSource clock) {
        this.phones = phones;
        this.clock = clock;
        this.begun = clock.instant();
    }

    /** Time counts from here; until then phones sign in. */
    synchronized void begin() {
        begun = clock.instant();
    }

    void count(Count what) {
        counts.computeIfAbsent(what, unused -> new LongAdder()).increment();
    }

    /** @param nanoseconds from the start of the connection to the end of its TLS handshake */
    void connected(long nanoseconds) {
        count(Count.CONNECTED);
        record(handshakes, nanoseconds);
    }

    /** @param cause in a few words, the same for the same trouble */
    void notConnected(String cause) {
        connectFailures.computeIfAbsent(cause, unused -> new LongAdder()).increment();
    }

    /**
     * @param nanoseconds from the first REGISTER to the 200, without think time
     * @param anew whether the phone was not registered before
     */
    void registered(long nanoseconds, boolean anew) {
        count(Count.REGISTERED);
        record(registrations, nanoseconds);
        if (anew) {
            oneMore();
        }
    }

    /** @param cause the status and what the registrar says beside it */
    void refused(String cause) {
        refusals.computeIfAbsent(cause, unused -> new LongAdder()).increment();
    }

    private synchronized void oneMore() {
        registeredNow++;
        if (registeredNow < phones) {
            return;
        }
        Instant now = clock.instant();
        if (allRegisteredAt == null) {
            allRegisteredAt = now;
        } else if (outageSince != null) {
            outages.add(Duration.between(outageSince, now));
            outageSince = null;
        }
    }

    /** A phone that was registered is so no more. */
    synchronized void oneLess() {
        registeredNow--;
        if (allRegisteredAt != null && outageSince == null) {
            outageSince = clock.instant();
        }
    }

    int phones() {
        return phones;
    }

    long of(Count what) {
        return Optional.ofNullable(counts.get(what)).map(LongAdder::sum).orElse(0L);
    }

    synchronized Duration elapsed() {
        return Duration.between(begun, clock.instant());
    }

    synchronized int registeredNow() {
        return registeredNow;
    }

    /** From the start of the storm to the moment when all its phones were registered for the first time. */
    synchronized Optional<Duration> allRegisteredAfter() {
        return Optional.ofNullable(allRegisteredAt).map(at -> Duration.between(begun, at));
    }

    /** Each time that phones had lost their registrations: from the first loss until all were registered again. */
    synchronized List<Duration> outages() {
        return List.copyOf(outages);
    }

    /** By cause, in the causes' order. */
    Map<String, Long> refusals() {
        return sums(refusals);
    }

    /** By cause, in the causes' order. */
    Map<String, Long> connectFailures() {
        return sums(connectFailures);
    }

    /** Microseconds. */
    Histogram handshakes() {
        return handshakes.copy();
    }

    /** Microseconds. */
    Histogram registrations() {
        return registrations.copy();
    }

    private static void record(Histogram histogram, long nanoseconds) {
        histogram.recordValue(Math.min(LONGEST_MICROSECONDS, TimeUnit.NANOSECONDS.toMicros(nanoseconds)));
    }

    private static Map<String, Long> sums(Map<String, LongAdder> adders) {
        return adders.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, adder -> adder.getValue().sum(), Long::sum, TreeMap::new));
    }
}
