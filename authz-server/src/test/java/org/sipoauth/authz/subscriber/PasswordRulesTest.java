package org.sipoauth.authz.subscriber;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordRulesTest {
    private final PasswordRules rules = new PasswordRules(URI.create("https://login.example.com"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "correct horse battery",
                "mein Hund heisst Rex",
                "n7Kq-p2Lw-9zTx-b",
                "\u732b\u304c\u597d\u304d\u3067\u3059\u304b\u3089\u6bce\u65e5\u6563\u6b69\u3057\u307e\u3059",
                "lllIIIlIlIlIIlIl 0",
            })
    void takesALongOneWhateverItIsMadeOf(String password) {
        assertThat(rules.objection(password, "alice.smith")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "passwordpassword",
                "P@ssw0rdP@ssw0rd",
                "Password12345678",
                "123456789012345",
                "aaaaaaaaaaaaaaaa",
                "abcabcabcabcabcabc",
                "qwertyuiopasdfgh",
                "iloveyouiloveyou",
                "letmeinletmein12",
                "summer2025summer2025",
                "alice.smith.alice.smith",
                "AliceSmith2026!",
                "sipoauthsipoauth1",
                "login.example.com1",
            })
    void refusesWhatIsTriedFirst(String password) {
        assertThat(rules.objection(password, "alice.smith")).get().asString().contains("one that others try first");
    }

    @Test
    void countsCodePoints() {
        String phones = "\u260e\ud83d\udcde\ud83d\udcf1\ud83d\udce0\ud83d\udd14";
        assertThat(rules.objection("x7q" + phones + "w9zb2k", "alice"))
                .get()
                .asString()
                .contains("15 to 200");
        assertThat(rules.objection("x7q" + phones + "w9zb2km", "alice")).isEmpty();
        assertThat(rules.objection("x7qw9zb2kmvt3p" + "\u00e9".repeat(186), "alice"))
                .isEmpty();
        assertThat(rules.objection("x7qw9zb2kmvt3p" + "\u00e9".repeat(187), "alice"))
                .isPresent();
    }

    @Test
    void refusesWhatNobodyCanSeeThatTheyType() {
        assertThat(rules.objection("correct horse\u200b battery", "alice"))
                .get()
                .asString()
                .contains("cannot be seen");
    }
}
