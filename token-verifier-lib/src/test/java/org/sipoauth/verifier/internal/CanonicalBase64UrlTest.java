package org.sipoauth.verifier.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalBase64UrlTest {
    @Test
    void decodesWhatTheJdkEncodesAtEveryLength() throws MalformedException {
        Random random = new Random(1);
        for (int length = 0; length < 200; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            assertThat(CanonicalBase64Url.decode(text)).isEqualTo(bytes);
        }
    }

    @Test
    void decodesPartOfText() throws MalformedException {
        assertThat(CanonicalBase64Url.decode("a.AQID.b".getBytes(StandardCharsets.ISO_8859_1), 2, 6))
                .containsExactly(1, 2, 3);
    }

    /** RFC 7515 appendix C. */
    @Test
    void decodesTheExampleOfRfc7515() throws MalformedException {
        assertThat(CanonicalBase64Url.decode("A-z_4ME")).containsExactly(3, 236, 255, 224, 193);
    }

    @Test
    void takesOneSpellingOfEveryByteAndOfEveryPair() {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        assertThat(alphabet.chars().mapToObj(last -> "A" + (char) last).filter(CanonicalBase64UrlTest::decodes))
                .hasSize(4); // 2 of 12 bits carry the byte's end
        assertThat(alphabet.chars().mapToObj(last -> "AA" + (char) last).filter(CanonicalBase64UrlTest::decodes))
                .hasSize(16);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A",
                "AAAAA",
                "AA==",
                "AAA=",
                "AA+A",
                "AA/A",
                "AA A",
                "AA\nA",
                "AAA\u0080",
                "AAA\u00e9",
                "AAA\uff21",
                "A.AA"
            })
    void rejectsWhatIsNotCanonical(String text) {
        assertThatThrownBy(() -> CanonicalBase64Url.decode(text)).isInstanceOf(MalformedException.class);
    }

    private static boolean decodes(String text) {
        try {
            CanonicalBase64Url.decode(text);
            return true;
        } catch (MalformedException e) {
            return false;
        }
    }
}
