package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.keys.DecryptionKeySource;
import org.sipoauth.verifier.keys.KeySource;

/** Nimbus and jose4j, set as strictly as they go, must agree with us on genuine tokens and on changed ones. */
class OracleTest {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private final TokenVerifier ours = TokenVerifier.builder(
                    new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ZERO),
                    KeySource.fixed(TestKeys.allKeys()))
            .clock(() -> Oracles.NOW)
            .build();

    @Test
    void allAcceptGenuineTokens() {
        for (String token : genuine()) {
            assertThat(weAccept(token)).isTrue();
            assertThat(Oracles.nimbusAccepts(token)).isTrue();
            assertThat(Oracles.jose4jAccepts(token)).isTrue();
        }
    }

    /**
     * Every position, changed to its neighbour in the alphabet, whose lowest bit differs. Where only bits past the end
     * of the last byte change, both peers see the same token and accept it; we do not. Nothing else gets past anyone.
     */
    @Test
    void allRejectEveryChangeOfOneCharacterButPeersTakeOtherSpellings() {
        for (String token : genuine()) {
            List<Integer> takenByPeers = new ArrayList<>();
            for (int i = 0; i < token.length(); i++) {
                String changed = withCharacter(token, i, neighbour(token.charAt(i)));
                assertThat(weAccept(changed)).as("ours, at %s", i).isFalse();
                boolean nimbus = Oracles.nimbusAccepts(changed);
                assertThat(Oracles.jose4jAccepts(changed))
                        .as("jose4j, at %s", i)
                        .isEqualTo(nimbus);
                if (nimbus) {
                    takenByPeers.add(i);
                }
            }
            // the signature's last character; header and payload are signed as they are spelled
            assertThat(takenByPeers).containsExactly(token.length() - 1);
        }
    }

    /** Cheap to ask of ourselves alone: all 63 other characters and some outside the alphabet, at every position. */
    @Test
    void weRejectEveryOtherCharacterAtEveryPosition() {
        String token = TestTokens.valid().sign(TestKeys.RS256); // the fastest to verify
        for (int i = 0; i < token.length(); i++) {
            for (char c : (ALPHABET + ".=+/ \n\u0000\u00e9").toCharArray()) {
                if (c != token.charAt(i)) {
                    assertThat(weAccept(withCharacter(token, i, c)))
                            .as("%s at %s", c, i)
                            .isFalse();
                }
            }
        }
    }

    @Test
    void weRejectEveryCharacterInsertedOrLeftOut() {
        for (String token : genuine()) {
            for (int i = 0; i < token.length(); i++) {
                assertThat(weAccept(token.substring(0, i) + token.substring(i + 1)))
                        .isFalse();
                assertThat(weAccept(token.substring(0, i) + "A" + token.substring(i)))
                        .isFalse();
            }
        }
    }

    /** The same of tokens that are encrypted: there it is the tag whose spelling peers do not look at, and of all parts. */
    @Test
    void allRejectEveryChangeOfANestedTokenButPeersTakeOtherSpellings() {
        TokenVerifier decrypting = TokenVerifier.builder(
                        new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ZERO),
                        KeySource.fixed(TestKeys.allKeys()))
                .decryptionKeys(DecryptionKeySource.fixed(TestKeys.decryptionKeys(TestKeys.A256GCM)))
                .clock(() -> Oracles.NOW)
                .build();
        String signed = TestTokens.valid().sign(TestKeys.RS256);
        String token = TestTokens.encrypt(signed, TestKeys.A256GCM);
        assertThat(decrypting.verify(token)).isInstanceOf(Verdict.Accepted.class);
        assertThat(Oracles.nimbusAcceptsNested(token)).isTrue();
        assertThat(Oracles.jose4jAcceptsNested(token)).isTrue();
        for (int i = 0; i < token.length(); i++) {
            String changed = withCharacter(token, i, neighbour(token.charAt(i)));
            assertThat(decrypting.verify(changed)).as("ours, at %s", i).isInstanceOf(Verdict.Rejected.class);
            boolean lastOfPart = i == token.length() - 1 || token.charAt(i + 1) == '.';
            assertThat(Oracles.nimbusAcceptsNested(changed))
                    .as("Nimbus, at %s", i)
                    .isIn(false, lastOfPart);
            assertThat(Oracles.jose4jAcceptsNested(changed))
                    .as("jose4j, at %s", i)
                    .isIn(false, lastOfPart);
        }
    }

    private static List<String> genuine() {
        return List.of(
                TestTokens.valid().sign(TestKeys.ES256),
                TestTokens.valid().sign(TestKeys.RS256),
                TestTokens.valid().sign(TestKeys.ED25519, "EdDSA")); // the name both peers know
    }

    private static char neighbour(char c) {
        int index = ALPHABET.indexOf(c);
        return index < 0 ? 'A' : ALPHABET.charAt(index ^ 1);
    }

    private static String withCharacter(String token, int index, char c) {
        return token.substring(0, index) + c + token.substring(index + 1);
    }

    private boolean weAccept(String token) {
        return ours.verify(token) instanceof Verdict.Accepted;
    }
}
