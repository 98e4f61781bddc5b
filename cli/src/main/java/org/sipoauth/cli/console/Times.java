package org.sipoauth.cli.console;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/** Instants as people read them. */
public final class Times {
    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

    private Times() {}

    /** To the second, as RFC 3339 writes it: one word of a table. */
    public static String seconds(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /**
     * To the second, in UTC.
     *
     * @throws java.time.DateTimeException if the instant lies beyond the calendar
     */
    public static String utc(Instant instant) {
        return UTC.format(instant);
    }
}
