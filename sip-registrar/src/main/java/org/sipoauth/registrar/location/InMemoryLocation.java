package org.sipoauth.registrar.location;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Bindings of this process alone, gone with it; at most as many as the limit. */
public final class InMemoryLocation implements Location {
    private final ConcurrentHashMap<String, List<Binding>> bindings = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();
    private final int limit;

    public InMemoryLocation(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("a location needs room for a binding");
        }
        this.limit = limit;
    }

    /** Is complete when it returns. */
    @Override
    public CompletionStage<List<Binding>> update(
            String addressOfRecord, Instant now, UnaryOperator<List<Binding>> rule) {
        try {
            return CompletableFuture.completedFuture(replace(addressOfRecord, now, rule));
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private List<Binding> replace(String addressOfRecord, Instant now, UnaryOperator<List<Binding>> rule) {
        List<Binding> after = bindings.compute(addressOfRecord, (aor, held) -> {
            List<Binding> before = held == null ? List.of() : held;
            List<Binding> next = List.copyOf(rule.apply(live(before, now)));
            reserve(next.size() - before.size());
            return next.isEmpty() ? null : next;
        });
        return after == null ? List.of() : after;
    }

    private void reserve(int more) {
        int before = size.getAndUpdate(held -> fits(held, more) ? held + more : held);
        if (!fits(before, more)) {
            throw new LocationFullException(limit);
        }
    }

    private boolean fits(int held, int more) {
        return more <= 0 || held <= limit - more;
    }

    @Override
    public List<Binding> all(Instant now) {
        return bindings.values().stream()
                .flatMap(List::stream)
                .filter(binding -> binding.isLive(now))
                .toList();
    }

    @Override
    public List<Binding> remove(Predicate<Binding> unwanted, Instant now) {
        List<Binding> removed = new ArrayList<>();
        bindings.forEach((aor, held) -> {
            if (held.stream().anyMatch(unwanted)) {
                replace(aor, now, before -> {
                    before.stream().filter(unwanted).forEach(removed::add);
                    return before.stream().filter(unwanted.negate()).toList();
                });
            }
        });
        return removed;
    }

    /** Of one address-of-record, as {@link #size} counts. */
    int count(String addressOfRecord) {
        return bindings.getOrDefault(addressOfRecord, List.of()).size();
    }

    @Override
    public int size() {
        return size.get();
    }

    @Override
    public void sweep(Instant now) {
        bindings.forEach((aor, held) -> {
            if (held.stream().anyMatch(binding -> !binding.isLive(now))) {
                replace(aor, now, UnaryOperator.identity());
            }
        });
    }

    @Override
    public boolean isUsable() {
        return true;
    }

    @Override
    public void close() {
        // the bindings go with the process
    }

    static List<Binding> live(List<Binding> held, Instant now) {
        return held.stream().filter(binding -> binding.isLive(now)).toList();
    }
}
