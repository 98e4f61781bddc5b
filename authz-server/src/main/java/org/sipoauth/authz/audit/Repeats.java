package org.sipoauth.authz.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/** Tells the first of a kind in a minute from those that follow. In memory and bounded: the oldest is forgotten first. */
final class Repeats {
    static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int REMEMBERED = 10_000;

    private final Map<String, Seen> seen = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Seen> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record Seen(Instant kept, int since) {}

    /** How many of this kind were not kept since the last that was; empty if this one is not to be kept either. */
    synchronized OptionalInt sinceLastKept(String kind, Instant now) {
        Seen before = seen.get(kind);
        boolean withinWindow = before != null
                && !now.isBefore(before.kept()) // a clock may be set back
                && now.isBefore(before.kept().plus(WINDOW));
        if (withinWindow) {
            seen.put(kind, new Seen(before.kept(), before.since() + 1));
            return OptionalInt.empty();
        }
        seen.put(kind, new Seen(now, 0));
        return OptionalInt.of(before == null ? 0 : before.since());
    }
}
