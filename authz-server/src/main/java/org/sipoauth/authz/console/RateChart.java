package org.sipoauth.authz.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * A bar chart of what happened in each of equal spans of time, the last of which ends now. Places are in percent of the
 * picture, which has no size of its own and so needs no styles within.
 *
 * @param top the value at its upper edge
 * @param total of all spans
 */
record RateChart(long top, long total, List<Bar> bars) {
    static final int SPANS = 48;
    private static final Duration SPAN = Rates.MINUTE.multipliedBy(Rates.MINUTES / SPANS);

    /**
     * One span.
     *
     * @param x of its left edge, as SVG takes it
     * @param y of its upper edge
     */
    record Bar(String x, String width, String y, String height, long value, Moment from) {}

    static RateChart of(List<Rates.Sample> samples, ToLongFunction<Rates.Sample> value, Instant now) {
        long[] sums = new long[SPANS];
        for (Rates.Sample sample : samples) {
            long back = Duration.between(sample.end(), now).dividedBy(SPAN);
            if (back >= 0 && back < SPANS) {
                sums[SPANS - 1 - (int) back] += value.applyAsLong(sample);
            }
        }
        long most = 0;
        long total = 0;
        for (long sum : sums) {
            most = Math.max(most, sum);
            total += sum;
        }
        long top = roundUp(most);
        List<Bar> bars = new ArrayList<>();
        for (int i = 0; i < SPANS; i++) {
            double height = 100.0 * sums[i] / top;
            bars.add(new Bar(
                    percent(100.0 * i / SPANS),
                    percent(80.0 / SPANS),
                    percent(100 - height),
                    percent(height),
                    sums[i],
                    Moment.of(now.minus(SPAN.multipliedBy(SPANS - i)), now)));
        }
        return new RateChart(top, total, bars);
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
