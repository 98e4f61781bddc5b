package org.sipoauth.cli.phone;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.phone.StormTally.Count;

/** What a storm has shown, for a person or a program. */
final class StormReport {
    private static final double MICROSECONDS_A_MILLISECOND = 1000;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9};

    private final StormTally tally;

    StormReport(StormTally tally) {
        this.tally = tally;
    }

    /** One line on how it goes. */
    String progress() {
        return String.format(
                Locale.ROOT,
                "%5d s: %,d of %,d phones started, %,d registered; %,d registrations, p99 %.1f ms; %,d refused,"
                        + " %,d connections lost, %,d not made",
                tally.elapsed().toSeconds(),
                tally.of(Count.STARTED),
                tally.phones(),
                tally.registeredNow(),
                tally.of(Count.REGISTERED),
                tally.registrations().getValueAtPercentile(99) / MICROSECONDS_A_MILLISECOND,
                sum(tally.refusals()),
                tally.of(Count.LOST),
                sum(tally.connectFailures()));
    }

    /** The end of the storm, for a person. */
    void print(PrintWriter out) {
        line(out, "registered at the end", "%,d of %,d phones", tally.registeredNow(), tally.phones());
        tally.allRegisteredAfter().ifPresent(after -> line(out, "all registered after", "%s", seconds(after)));
        tally.outages()
                .forEach(outage -> line(out, "all registered again", "%s after the first loss", seconds(outage)));
        line(
                out,
                "registrations",
                "%,d (%.1f a second), %,d refused, %,d unanswered",
                tally.of(Count.REGISTERED),
                perSecond(),
                sum(tally.refusals()),
                tally.of(Count.UNANSWERED));
        line(out, "first REGISTER to 200", "%s", latency(tally.registrations()));
        line(
                out,
                "connections",
                "%,d, %,d lost, %,d not made",
                tally.of(Count.CONNECTED),
                tally.of(Count.LOST),
                sum(tally.connectFailures()));
        line(out, "TCP and TLS handshake", "%s", latency(tally.handshakes()));
        line(
                out,
                "refreshes",
                "%,d, %,d failed and tried again, %,d logins ended",
                tally.of(Count.REFRESHED),
                tally.of(Count.NOT_REFRESHED),
                tally.of(Count.LOGIN_ENDED));
        tally.refusals().forEach((cause, times) -> line(out, "refused", "%,d times: %s", times, Printable.line(cause)));
        tally.connectFailures()
                .forEach((cause, times) -> line(out, "not connected", "%,d times: %s", times, Printable.line(cause)));
    }

    /** The same as one JSON object; times in milliseconds. */
    String json() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("phones", tally.phones());
        report.put("elapsedMillis", tally.elapsed().toMillis());
        report.put("registeredAtTheEnd", tally.registeredNow());
        tally.allRegisteredAfter().ifPresent(after -> report.put("allRegisteredAfterMillis", after.toMillis()));
        report.put(
                "outagesMillis",
                tally.outages().stream().map(Duration::toMillis).toList());
        report.put("registrations", tally.of(Count.REGISTERED));
        report.put("registrationMillis", percentiles(tally.registrations()));
        report.put("unanswered", tally.of(Count.UNANSWERED));
        report.put("refused", tally.refusals());
        report.put("connections", tally.of(Count.CONNECTED));
        report.put("handshakeMillis", percentiles(tally.handshakes()));
        report.put("connectionsLost", tally.of(Count.LOST));
        report.put("connectionsNotMade", tally.connectFailures());
        report.put("refreshes", tally.of(Count.REFRESHED));
        report.put("refreshesFailed", tally.of(Count.NOT_REFRESHED));
        report.put("loginsEnded", tally.of(Count.LOGIN_ENDED));
        return JSONObjectUtils.toJSONString(report);
    }

    /** Whether every phone was registered at the end, none having been refused or left without an answer. */
    boolean isClean() {
        return tally.registeredNow() == tally.phones()
                && tally.refusals().isEmpty()
                && tally.of(Count.UNANSWERED) == 0
                && tally.of(Count.LOGIN_ENDED) == 0;
    }

    private double perSecond() {
        return tally.of(Count.REGISTERED) * 1000.0 / Math.max(1, tally.elapsed().toMillis());
    }

    private static String latency(Histogram microseconds) {
        if (microseconds.getTotalCount() == 0) {
            return "-";
        }
        StringBuilder text = new StringBuilder();
        for (double percentile : PERCENTILES) {
            text.append(String.format(
                    Locale.ROOT,
                    "p%s %.1f ms, ",
                    name(percentile),
                    microseconds.getValueAtPercentile(percentile) / MICROSECONDS_A_MILLISECOND));
        }
        return text
                + String.format(
                        Locale.ROOT, "longest %.1f ms", microseconds.getMaxValue() / MICROSECONDS_A_MILLISECOND);
    }

    private static Map<String, Object> percentiles(Histogram microseconds) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (microseconds.getTotalCount() > 0) {
            for (double percentile : PERCENTILES) {
                values.put(
                        "p" + name(percentile),
                        microseconds.getValueAtPercentile(percentile) / MICROSECONDS_A_MILLISECOND);
            }
            values.put("longest", microseconds.getMaxValue() / MICROSECONDS_A_MILLISECOND);
        }
        return values;
    }

    private static String name(double percentile) {
        return percentile == Math.rint(percentile)
                ? Long.toString(Math.round(percentile))
                : Double.toString(percentile);
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    private static long sum(Map<String, Long> byCause) {
        return byCause.values().stream().mapToLong(Long::longValue).sum();
    }

    private static void line(PrintWriter out, String what, String format, Object... values) {
        out.printf(Locale.ROOT, "  %-24s%s%n", what, String.format(Locale.ROOT, format, values));
    }
}
