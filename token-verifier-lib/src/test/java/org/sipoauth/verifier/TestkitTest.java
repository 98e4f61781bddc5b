package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.verifier.keys.DecryptionKeySource;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.status.StatusSnapshot;

/** Runs the vectors of {@code testkit/}, and holds their loader to its word. */
class TestkitTest {
    private static final Path FOLDER = Path.of("testkit");
    private static final Expectations EXPECTATIONS =
            new Expectations("https://authz.example.com", "sip:example.com", Duration.ofSeconds(30));
    private static final String GOOD =
            "expect: accepted\nnow: 2026-11-23T12:01:00Z\nkeys: keys.json\nwhy: x\n\na.b.c\n";

    static List<TestVector> vectors() throws IOException {
        List<TestVector> vectors = new ArrayList<>(TestVector.loadAll(FOLDER));
        vectors.addAll(TestVector.loadAll(FOLDER.resolve("nested")));
        return vectors;
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void givesTheVerdictOfTheVector(TestVector vector) throws IOException {
        KeySource keys = KeySource.fixed(Files.readString(vector.keys()));
        Verdict verdict = verifier(vector, keys).verify(vector.token());
        Optional<Reason> refusal =
                verdict instanceof Verdict.Rejected rejected ? Optional.of(rejected.reason()) : Optional.empty();
        assertThat(refusal).as("%s", verdict).isEqualTo(vector.refusal());
    }

    private static TokenVerifier verifier(TestVector vector, KeySource keys) throws IOException {
        TokenVerifier.Builder verifier =
                TokenVerifier.builder(EXPECTATIONS, keys).clock(vector::now);
        if (vector.decryptionKeys().isPresent()) {
            verifier.decryptionKeys(DecryptionKeySource.fixed(
                    Files.readString(vector.decryptionKeys().get())));
        }
        if (vector.statusList().isEmpty()) {
            return verifier.build();
        }
        TestVector.StatusList list = vector.statusList().get();
        StatusSnapshot lists = StatusSnapshot.verify(
                Map.of(TestTokens.STATUS_LIST, Files.readString(list.file()).strip()),
                EXPECTATIONS.issuer(),
                keys,
                list.readAt());
        return verifier.statuses(() -> lists).build();
    }

    @Test
    void showsEveryReasonThatATokenCanCause() throws IOException {
        Set<Reason> shown =
                vectors().stream().flatMap(vector -> vector.refusal().stream()).collect(Collectors.toSet());
        assertThat(shown).isEqualTo(EnumSet.complementOf(EnumSet.of(Reason.KEYS_TOO_OLD)));
    }

    @Test
    void loadsVector() {
        TestVector vector = TestVector.parse(FOLDER.resolve("x.token"), GOOD);
        assertThat(vector.refusal()).isEmpty();
        assertThat(vector.token()).isEqualTo("a.b.c");
        assertThat(vector.keys()).isEqualTo(FOLDER.resolve("keys.json"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "expcet: accepted\nexpect: accepted|expect: accepted",
                "expect: Accepted|expect: accepted",
                "expect: REFUSED|expect: accepted",
                "expect:accepted|expect: accepted",
                "expect: accepted\nexpect: MALFORMED|expect: accepted",
                "now: today|now: 2026-11-23T12:01:00Z",
                "|why: x\n",
                "|keys: keys.json\n",
                "# a comment\nwhy: x|why: x",
                "status-list: list.jwt\nwhy: x|why: x",
                "status-list-read: 2026-11-23T12:01:00Z\nwhy: x|why: x",
            })
    void stopsAtWhatTheFormatDoesNotKnow(String replacementAndOriginal) {
        String[] parts = replacementAndOriginal.split("\\|");
        String text = GOOD.replace(parts[1], parts[0]);
        assertThat(text).isNotEqualTo(GOOD);
        assertThatThrownBy(() -> TestVector.parse(FOLDER.resolve("x.token"), text))
                .isInstanceOfAny(IllegalArgumentException.class, DateTimeException.class);
    }
}
