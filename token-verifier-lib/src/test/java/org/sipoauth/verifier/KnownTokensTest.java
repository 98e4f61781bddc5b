package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.keys.VerificationKey;

/** The table alone: what it keeps and what it lets go. That it decides nothing by itself is TokenVerifierTest's. */
class KnownTokensTest {
    private static final Instant NOW = TestTokens.ISSUED;
    private static final Instant UNTIL = TestTokens.EXPIRES;
    private static final Verdict.Accepted ACCEPTED = accepted();
    private static final VerificationKey KEY = KeySource.fixed(TestKeys.allKeys())
            .current()
            .find(TestKeys.ES256.getKeyID())
            .orElseThrow();

    private final Random random = new Random(1);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void findsWhatItRemembers(boolean digestsOnly) {
        KnownTokens tokens = new KnownTokens(1024, digestsOnly, Duration.ZERO);
        String token = token();
        remember(tokens, token, NOW);

        KnownTokens.Known known = tokens.find(new String(token), NOW.toEpochMilli()); // an equal one, not the same
        assertThat(known).isNotNull();
        assertThat(known.verdict()).isSameAs(ACCEPTED);
        assertThat(known.key()).isSameAs(KEY);
        assertThat(tokens.find(token(), NOW.toEpochMilli())).isNull();
        assertThat(known.toString()).contains("test-token-1").doesNotContain(token);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void takesNoTokenForAnotherWithTheSameSignature(boolean digestsOnly) {
        KnownTokens tokens = new KnownTokens(1024, digestsOnly, Duration.ZERO);
        String token = token();
        remember(tokens, token, NOW);

        assertThat(tokens.find("x" + token.substring(1), NOW.toEpochMilli())).isNull();
        assertThat(tokens.find("x" + token, NOW.toEpochMilli())).isNull();
        assertThat(tokens.find(token + "x", NOW.toEpochMilli())).isNull();
        assertThat(tokens.find(token.substring(1), NOW.toEpochMilli())).isNull();
    }

    /** Nor is it hashed, then: its length is bounded before any work. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void findsNothingLongerThanATokenMayBe(boolean digestsOnly) {
        KnownTokens tokens = new KnownTokens(8, digestsOnly, Duration.ZERO);
        String longest = "x".repeat(TokenVerifier.MAX_LENGTH - token().length()) + token();
        String longer = "x" + longest;
        remember(tokens, longest, NOW);
        remember(tokens, longer, NOW);

        assertThat(tokens.find(longest, NOW.toEpochMilli())).isNotNull();
        assertThat(tokens.find(longer, NOW.toEpochMilli())).isNull();
    }

    @Test
    void takesTokensOfAnyLengthForUnknown() {
        KnownTokens tokens = new KnownTokens(8, false, Duration.ZERO);
        for (int length = 0; length < 20; length++) {
            assertThat(tokens.find("a".repeat(length), NOW.toEpochMilli())).isNull();
        }
        for (int length = 0; length <= 10; length++) { // too short to have a signature
            remember(tokens, "a".repeat(length), NOW);
            assertThat(tokens.find("a".repeat(length), NOW.toEpochMilli())).isNull();
        }
    }

    @Test
    void keepsEstablishedPhonesThroughAFloodOfValidTokens() {
        KnownTokens tokens = new KnownTokens(4096, false, Duration.ZERO);
        List<String> established = established(tokens, 1000);

        Instant later = NOW.plusSeconds(130); // between two registrations
        for (int i = 0; i < 200_000; i++) {
            remember(tokens, token(), later);
        }

        assertThat(established).allMatch(token -> tokens.find(token, later.toEpochMilli()) != null);
    }

    @Test
    void givesThePlaceOfPhonesThatAreGoneToNewOnes() {
        KnownTokens tokens = new KnownTokens(8, false, Duration.ZERO);
        established(tokens, 100);

        Instant justBefore = NOW.plusSeconds(300);
        String tooEarly = token();
        remember(tokens, tooEarly, justBefore);
        Instant after = NOW.plusSeconds(301);
        String newcomer = token();
        remember(tokens, newcomer, after);

        assertThat(tokens.find(tooEarly, justBefore.toEpochMilli())).isNull();
        assertThat(tokens.find(newcomer, after.toEpochMilli())).isNotNull();
    }

    @Test
    void keepsThePlaceOfAPhoneThatGoesOnRegistering() {
        KnownTokens tokens = new KnownTokens(8, false, Duration.ZERO);
        List<String> established = established(tokens, 100);
        for (int seconds = 120; seconds <= 600; seconds += 120) {
            Instant now = NOW.plusSeconds(seconds);
            established.forEach(token -> tokens.find(token, now.toEpochMilli()));
        }

        Instant later = NOW.plusSeconds(720);
        String newcomer = token();
        remember(tokens, newcomer, later);

        assertThat(tokens.find(newcomer, later.toEpochMilli())).isNull();
        assertThat(established).allMatch(token -> tokens.find(token, later.toEpochMilli()) != null);
    }

    /** The place may be taken, the time of its last hit not. */
    @Test
    void countsNoHitOfAnEndedTokenForTheOneInItsPlace() {
        KnownTokens tokens = new KnownTokens(8, false, Duration.ZERO);
        Instant lastHit = UNTIL.minusSeconds(10);
        established(tokens, 100).forEach(token -> tokens.find(token, lastHit.toEpochMilli()));
        String newest = rememberNew(tokens, 100, UNTIL); // none of them comes back

        assertThat(tokens.find(newest, UNTIL.toEpochMilli())).isNotNull();
    }

    @Test
    void notesAHitSixteenSecondsAfterTheLast() {
        KnownTokens tokens = new KnownTokens(8, false, Duration.ZERO);
        List<String> established = established(tokens, 100);
        established.forEach(token -> tokens.find(token, NOW.plusSeconds(16).toEpochMilli()));

        Instant later = NOW.plusSeconds(316);
        String newcomer = token();
        remember(tokens, newcomer, later);

        assertThat(tokens.find(newcomer, later.toEpochMilli())).isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsTheLatestAcceptanceOfAToken(boolean digestsOnly) {
        KnownTokens tokens = new KnownTokens(8, digestsOnly, Duration.ZERO);
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) { // fewer than one set has places
            all.add(token());
            remember(tokens, all.get(i), NOW);
        }
        Verdict.Accepted later = accepted();
        all.forEach(token ->
                tokens.remember(token, later, KEY, null, NOW.toEpochMilli(), UNTIL.toEpochMilli(), NOW.toEpochMilli()));

        assertThat(all).allMatch(token -> {
            KnownTokens.Known known = tokens.find(token, NOW.toEpochMilli());
            return known != null && known.verdict() == later;
        });
    }

    @Test
    void holdsNoMoreThanItsSizeRoundedUp() {
        assertThat(established(new KnownTokens(8, false, Duration.ZERO), 1000)).hasSize(8);
        assertThat(established(new KnownTokens(9, false, Duration.ZERO), 1000)).hasSize(16);
    }

    @Test
    void givesThePlaceOfEndedTokensToNewOnes() {
        KnownTokens tokens = new KnownTokens(8, false, Duration.ZERO);
        List<String> established = established(tokens, 100);
        established.forEach(token -> tokens.find(token, UNTIL.toEpochMilli()));

        String newcomer = rememberNew(tokens, 1, UNTIL);

        assertThat(tokens.find(newcomer, UNTIL.toEpochMilli())).isNotNull();
    }

    /** A find does not look at the time, so it shows what is held. */
    @Test
    void letsEndedTokensGoAsNewOnesCome() {
        KnownTokens tokens = new KnownTokens(1024, false, Duration.ofHours(1));
        List<String> established = established(tokens, 200);
        Instant end = UNTIL.plus(Duration.ofHours(1));
        Instant justBefore = end.minusMillis(1);
        established.forEach(token -> tokens.find(token, justBefore.toEpochMilli())); // none gives its place up
        rememberNew(tokens, 64, justBefore);
        assertThat(established).allMatch(token -> tokens.find(token, end.toEpochMilli()) != null);
        rememberNew(tokens, 64, end); // 16 places each
        assertThat(established).allMatch(token -> tokens.find(token, end.toEpochMilli()) == null);
    }

    @Test
    void keepsEndedTokensOfPhonesInUseAsLongAsItIsTold() {
        KnownTokens tokens = new KnownTokens(8, false, Duration.ofHours(1));
        List<String> established = established(tokens, 100);
        Instant end = UNTIL.plus(Duration.ofHours(1));
        Instant justBefore = end.minusSeconds(1);
        established.forEach(token -> tokens.find(token, justBefore.toEpochMilli()));

        String tooEarly = token();
        remember(tokens, tooEarly, justBefore);
        assertThat(tokens.find(tooEarly, justBefore.toEpochMilli())).isNull();
        String newcomer = rememberNew(tokens, 1, end);
        assertThat(tokens.find(newcomer, end.toEpochMilli())).isNotNull();
    }

    @Test
    void holdsFiftyThousandPhonesInItsUsualSize() {
        KnownTokens tokens = new KnownTokens(131_072, false, Duration.ZERO);

        assertThat(established(tokens, 50_000)).hasSizeGreaterThan(49_800);
    }

    @Test
    void refusesSizesThatMakeNoSense() {
        assertThatIllegalArgumentException().isThrownBy(() -> new KnownTokens(7, false, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> new KnownTokens((1 << 24) + 1, false, Duration.ZERO));
    }

    /** Of so many tokens, those that found room; each was hit again. */
    private List<String> established(KnownTokens tokens, int count) {
        List<String> established = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String token = token();
            remember(tokens, token, NOW);
            if (tokens.find(token, NOW.toEpochMilli()) != null) {
                established.add(token);
            }
        }
        return established;
    }

    /** Of so many that live on the last. */
    private String rememberNew(KnownTokens tokens, int count, Instant now) {
        long until = now.plusSeconds(3600).toEpochMilli();
        String token = "";
        for (int i = 0; i < count; i++) {
            token = token();
            tokens.remember(token, ACCEPTED, KEY, null, NOW.toEpochMilli(), until, now.toEpochMilli());
        }
        return token;
    }

    private static void remember(KnownTokens tokens, String token, Instant now) {
        tokens.remember(token, ACCEPTED, KEY, null, NOW.toEpochMilli(), UNTIL.toEpochMilli(), now.toEpochMilli());
    }

    private String token() {
        byte[] signature = new byte[64];
        random.nextBytes(signature);
        return "header.payload." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    }

    private static Verdict.Accepted accepted() {
        Expectations expectations = new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ofSeconds(30));
        TokenVerifier verifier = TokenVerifier.builder(expectations, KeySource.fixed(TestKeys.allKeys()))
                .clock(() -> NOW)
                .build();
        return (Verdict.Accepted) verifier.verify(TestTokens.valid().sign());
    }
}
