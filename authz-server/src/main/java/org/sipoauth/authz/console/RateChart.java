package org.sipoauth.authz.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.ToLongFunction;

/**
 * A bar chart of equal spans of time, the last of which ends now. Places are in percent of the picture, which has no size
 * of its own and so needs no styles within.
 *
 * @param summary what one sees in it, for who does not see it
 * @param top the value at its upper edge
 * @param scale that value in words
 * @param total of all spans
 */
record RateChart(String summary, long top, String scale, long total, List<Bar> bars) {
    static final int SPANS = 48;
    private static final Duration SPAN = Rates.MINUTE.multipliedBy(Rates.MINUTES / SPANS);

    /**
     * One span.
     *
     * @param x of its left edge, as SVG takes it
     * @param y of its upper edge
     * @param words its value and its time
     */
    record Bar(String x, String width, String y, String height, long value, Moment from, String words) {}

    /** How much happened in each span. */
    static RateChart of(List<Rates.Sample> samples, ToLongFunction<Rates.Sample> value, Instant now) {
        long[] sums = new long[SPANS];
        for (Rates.Sample sample : samples) {
            span(sample.end(), now).ifPresent(span -> sums[span] += value.applyAsLong(sample));
        }
        long most = Arrays.stream(sums).max().orElse(0);
        return of(
                sums,
                number(Arrays.stream(sums).sum()) + " in the last 4 hours, at most " + number(most) + " in 5 minutes",
                " in 5 min",
                now);
    }

    /** How many there were: in each span, the last that was counted. */
    static RateChart ofLevels(List<Registrations.Level> levels, Instant now) {
        long[] last = new long[SPANS];
        String latest = "not known now";
        for (Registrations.Level level : levels) {
            span(level.at(), now).ifPresent(span -> last[span] = level.phones());
            if (level.at().equals(now)) {
                latest = number(level.phones()) + " now";
            }
        }
        long most = Arrays.stream(last).max().orElse(0);
        return of(last, latest + ", at most " + number(most) + " in the last 4 hours", "", now);
    }

    private static OptionalInt span(Instant at, Instant now) {
        long back = Duration.between(at, now).dividedBy(SPAN);
        return back >= 0 && back < SPANS ? OptionalInt.of(SPANS - 1 - (int) back) : OptionalInt.empty();
    }

    private static RateChart of(long[] values, String summary, String each, Instant now) {
        long top = roundUp(Arrays.stream(values).max().orElse(0));
        List<Bar> bars = new ArrayList<>();
        for (int i = 0; i < SPANS; i++) {
            double height = 100.0 * values[i] / top;
            Moment from = Moment.of(now.minus(SPAN.multipliedBy(SPANS - i)), now);
            bars.add(new Bar(
                    percent(100.0 * i / SPANS),
                    percent(80.0 / SPANS),
                    percent(100 - height),
                    percent(height),
                    values[i],
                    from,
                    number(values[i]) + " in the 5 minutes from " + from.utc() + " UTC"));
        }
        return new RateChart(
                summary, top, number(top) + each, Arrays.stream(values).sum(), bars);
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
