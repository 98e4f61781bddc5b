package org.sipoauth.authz.administration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.redis.Expected;
import org.springframework.http.HttpHeaders;

class PreconditionsTest {

    @Test
    void areThoseOfTheTwoHeaders() {
        HttpHeaders match = new HttpHeaders();
        match.set(HttpHeaders.IF_MATCH, Preconditions.entityTag("abc"));
        HttpHeaders there = new HttpHeaders();
        there.set(HttpHeaders.IF_MATCH, "*");
        HttpHeaders none = new HttpHeaders();
        none.set(HttpHeaders.IF_NONE_MATCH, "*");

        assertThat(Preconditions.of(match)).isEqualTo(new Expected.Revision("abc"));
        assertThat(Preconditions.of(there)).isEqualTo(Expected.PRESENT);
        assertThat(Preconditions.of(none)).isEqualTo(Expected.ABSENT);
        assertThat(Preconditions.of(new HttpHeaders())).isEqualTo(Expected.ANYTHING);
        none.add(HttpHeaders.IF_MATCH, "\"abc\"");
        assertThatThrownBy(() -> Preconditions.of(none)).isInstanceOf(RequestRefused.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "W/\"abc\"", "\"a\", \"b\"", "\"\"", "", "\"a b\""})
    void refusesTagsThatItWouldHaveToIgnore(String tag) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.IF_MATCH, tag);

        assertThatThrownBy(() -> Preconditions.of(headers)).isInstanceOf(RequestRefused.class);
    }
}
