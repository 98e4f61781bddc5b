package org.sipoauth.authz.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * A bar chart of equal spans of time, the last of which ends now. Places are in percent of the picture, which has no size
 * of its own and so needs no styles within.
 *
 * @param summary what one sees in it, for who does not see it
 * @param top the value at its upper edge
 * @param scale that value in words
 * @param any whether there is anything but none
 * @param otherwise what to say if there is not
 */
record RateChart(String summary, long top, String scale, boolean any, String otherwise, List<Bar> bars) {
    static final int SPANS = 48;
    private static final Duration SPAN = Rates.MINUTE.multipliedBy(Rates.MINUTES / SPANS);

    /**
     * One span.
     *
     * @param x of its left edge, as SVG takes it
     * @param y of its upper edge
     * @param known whether anybody knows the value, which is 0 otherwise
     * @param words its value and its time
     */
    record Bar(String x, String width, String y, String height, long value, boolean known, Moment from, String words) {}

    /** How much happened in each span. */
    static RateChart of(List<Rates.Sample> samples, ToLongFunction<Rates.Sample> value, Instant now) {
        long[] sums = new long[SPANS];
        for (Rates.Sample sample : samples) {
            span(sample.end(), now).ifPresent(span -> sums[span] += value.applyAsLong(sample));
        }
        long most = Arrays.stream(sums).max().orElse(0);
        return of(
                Arrays.stream(sums).mapToObj(OptionalLong::of).toList(),
                number(Arrays.stream(sums).sum()) + " in the last 4 hours, at most " + number(most) + " in 5 minutes",
                " in 5 min",
                now);
    }

    /** How many there were: in each span, the last that was counted, if any was. */
    static RateChart ofLevels(List<Registrations.Level> levels, Instant now) {
        OptionalLong[] last = new OptionalLong[SPANS];
        Arrays.fill(last, OptionalLong.empty());
        String latest = "not known now";
        for (Registrations.Level level : levels) {
            span(level.at(), now).ifPresent(span -> last[span] = OptionalLong.of(level.phones()));
            if (level.at().equals(now)) {
                latest = number(level.phones()) + " now";
            }
        }
        OptionalLong most = most(List.of(last));
        String atMost = most.isPresent() ? ", at most " + number(most.getAsLong()) + " in the last 4 hours" : "";
        return of(List.of(last), latest + atMost, "", now);
    }

    private static OptionalInt span(Instant at, Instant now) {
        long back = Duration.between(at, now).dividedBy(SPAN);
        return back >= 0 && back < SPANS ? OptionalInt.of(SPANS - 1 - (int) back) : OptionalInt.empty();
    }

    private static OptionalLong most(List<OptionalLong> values) {
        return values.stream().flatMapToLong(OptionalLong::stream).max();
    }

    private static RateChart of(List<OptionalLong> values, String summary, String each, Instant now) {
        OptionalLong most = most(values);
        long top = roundUp(most.orElse(0));
        List<Bar> bars = new ArrayList<>();
        for (int i = 0; i < SPANS; i++) {
            boolean known = values.get(i).isPresent();
            long value = values.get(i).orElse(0);
            double height = 100.0 * value / top;
            Moment from = Moment.of(now.minus(SPAN.multipliedBy(SPANS - i)), now);
            bars.add(new Bar(
                    percent(100.0 * i / SPANS),
                    percent(80.0 / SPANS),
                    percent(100 - height),
                    percent(height),
                    value,
                    known,
                    from,
                    (known ? number(value) : "not known") + " in the 5 minutes from " + from.utc() + " UTC"));
        }
        return new RateChart(
                summary,
                top,
                number(top) + each,
                most.orElse(0) > 0,
                most.isPresent() ? "none so far" : "not known",
                bars);
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** To a number that reads well at an axis: 1, 2 or 5 times a power of ten. */
    private static long roundUp(long value) {
        for (long power = 1; ; power *= 10) {
            for (long step : new long[] {1, 2, 5}) {
                if (value <= step * power) {
                    return step * power;
                }
            }
        }
    }

    static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f%%", value);
    }
}
