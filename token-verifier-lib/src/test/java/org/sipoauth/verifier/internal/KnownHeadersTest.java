package org.sipoauth.verifier.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class KnownHeadersTest {
    private final KnownHeaders known = new KnownHeaders();

    @Test
    void knowsRememberedHeadersAgainAndNoOther() throws MalformedException {
        Header header = read(1);
        assertThat(read(1)).isNotSameAs(header);
        known.remember(header);
        assertThat(read(1)).isSameAs(header);
        assertThat(read(2)).isNotSameAs(header);
        assertThat(read(2).keyId()).isEqualTo("key 2");
    }

    @Test
    void remembersSixteenAndForgetsTheOldest() throws MalformedException {
        Header first = read(0);
        known.remember(first);
        for (int i = 1; i < 16; i++) {
            known.remember(read(i));
        }
        assertThat(read(0)).isSameAs(first);
        known.remember(read(16));
        assertThat(read(0)).isNotSameAs(first);
        assertThat(read(1)).isSameAs(read(1));
    }

    @Test
    void takesNoRoomForAHeaderTwice() throws MalformedException {
        Header first = read(0);
        known.remember(first);
        Header second = read(1);
        for (int i = 0; i < 100; i++) {
            known.remember(second);
        }
        assertThat(read(0)).isSameAs(first);
    }

    @Test
    void readsStrictlyWhatItDoesNotKnow() throws MalformedException {
        known.remember(read(1));
        byte[] altered = header(1);
        altered[altered.length - 1] = '=';
        assertThatThrownBy(() -> known.read(altered, altered.length)).isInstanceOf(MalformedException.class);
    }

    private Header read(int key) throws MalformedException {
        byte[] header = header(key);
        return known.read(header, header.length);
    }

    private static byte[] header(int key) {
        String json = "{\"alg\":\"ES256\",\"kid\":\"key " + key + "\"}";
        return Base64.getUrlEncoder().withoutPadding().encode(json.getBytes(StandardCharsets.UTF_8));
    }
}
