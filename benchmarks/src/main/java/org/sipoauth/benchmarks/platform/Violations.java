package org.sipoauth.benchmarks.platform;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a run must not show even once, counted by kind. Thread-safe.
 *
 * @param <K> the kinds; {@code toString} is what a report calls them
 */
public final class Violations<K extends Enum<K>> {
    private static final int MOST_DETAILS = 20;

    private final Map<K, Integer> counts; // guarded by this
    private final List<String> details = new ArrayList<>(); // guarded by this

    public Violations(Class<K> kinds) {
        this.counts = new EnumMap<>(kinds);
        for (K kind : kinds.getEnumConstants()) {
            counts.put(kind, 0);
        }
    }

    public synchronized void add(K kind, String detail) {
        counts.merge(kind, 1, Integer::sum);
        if (details.size() < MOST_DETAILS) {
            details.add(kind + ": " + detail);
        }
    }

    public synchronized int count(K kind) {
        return counts.getOrDefault(kind, 0);
    }

    public synchronized boolean isEmpty() {
        return details.isEmpty();
    }

    /** A line a kind, {@code 0} included. */
    public synchronized List<String> report() {
        return counts.entrySet().stream()
                .map(kind -> kind.getKey() + ": " + kind.getValue())
                .toList();
    }

    /** The first violations, in words. */
    public synchronized List<String> details() {
        return List.copyOf(details);
    }
}
