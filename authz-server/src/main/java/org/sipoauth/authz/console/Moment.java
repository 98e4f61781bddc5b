package org.sipoauth.authz.console;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * An instant as a page shows it.
 *
 * @param iso for programs (RFC 3339)
 * @param utc to the second, for people
 * @param distance how far it is from now, such as {@code 3 min ago} or {@code in 2 days}
 */
record Moment(String iso, String utc, String distance) {
    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    static Moment of(Instant at, Instant now) {
        Instant whole = at.truncatedTo(ChronoUnit.SECONDS);
        Duration ago = Duration.between(at, now);
        String distance = ago.abs().compareTo(Duration.ofSeconds(1)) < 0
                ? "now"
                : ago.isNegative() ? "in " + length(ago.negated()) : length(ago) + " ago";
        return new Moment(whole.toString(), UTC.format(whole), distance);
    }

    /** In its two largest units, such as {@code 2 h 5 min}. */
    static String length(Duration length) {
        long days = length.toDays();
        if (days >= 10) {
            return days + " days";
        }
        if (days > 0) {
            return join(days, days == 1 ? " day" : " days", length.toHoursPart(), " h");
        }
        if (length.toHours() > 0) {
            return join(length.toHours(), " h", length.toMinutesPart(), " min");
        }
        return length.toMinutes() > 0 ? length.toMinutes() + " min" : length.toSeconds() + " s";
    }

    private static String join(long large, String unit, long small, String smallUnit) {
        return small == 0 ? large + unit : large + unit + " " + small + smallUnit;
    }
}
