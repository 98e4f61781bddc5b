package org.sipoauth.registrar.register;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SipDateTest {
    private static final Instant SECOND = Instant.parse("2010-11-13T23:29:00Z"); // of RFC 3261 §20.17
    private static final String TEXT = "Sat, 13 Nov 2010 23:29:00 GMT";

    private final SipDate date = new SipDate();

    @Test
    void isWrittenOnceASecond() {
        String first = date.of(SECOND);

        assertThat(first).isEqualTo(TEXT);
        assertThat(date.of(SECOND.plusNanos(999_999_999))).isSameAs(first);
    }

    @Test
    void isThatOfTheSecondAskedForWhicheverCameBefore() {
        date.of(SECOND);

        assertThat(date.of(SECOND.plusSeconds(1))).isEqualTo("Sat, 13 Nov 2010 23:29:01 GMT");
        assertThat(date.of(SECOND)).isEqualTo(TEXT);
        assertThat(date.of(Instant.EPOCH)).isEqualTo("Thu, 01 Jan 1970 00:00:00 GMT");
        assertThat(date.of(Instant.EPOCH.minusNanos(1))).isEqualTo("Wed, 31 Dec 1969 23:59:59 GMT");
    }
}
