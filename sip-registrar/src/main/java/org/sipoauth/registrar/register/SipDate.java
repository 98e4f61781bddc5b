package org.sipoauth.registrar.register;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The Date of answers (RFC 3261 §20.17), written once a second: it takes longer than the other fields together. Thread-safe. */
final class SipDate {
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private record Written(long second, String text) {}

    private volatile Written last = written(Instant.EPOCH);

    String of(Instant now) {
        Written held = last;
        if (held.second() != now.getEpochSecond()) {
            held = written(now);
            last = held;
        }
        return held.text();
    }

    private static Written written(Instant now) {
        return new Written(now.getEpochSecond(), FORMAT.format(now));
    }
}
