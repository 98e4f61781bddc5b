package org.sipoauth.verifier.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sipoauth.verifier.tables.Cases.Case;
import org.sipoauth.verifier.tables.KeyTable.Answer;

/**
 * Tables against others, on random and changed signatures. A few here; {@link #main} runs as many as one likes, and
 * says what it ran.
 */
class DifferentialTest {
    private static final int CASES_A_KEY = 20_000;

    @ParameterizedTest
    @CsvSource({
        "JDK, false, 300",
        "JDK, true, 300",
        "BOUNCY_CASTLE, false, 300",
        "BOUNCY_CASTLE, true, 300",
        "CORRETTO, false, 3000",
        "CORRETTO, true, 3000"
    })
    void agrees(Peer peer, boolean edwards, long cases) throws Exception {
        assumeTrue(peer.isHere(), peer + " does not load here");
        assertThat(run(peer, edwards, 1, cases)).isNotEmpty();
    }

    /** Peer, ES256 or Ed25519, seed, number of cases. The first difference ends it with an error. */
    public static void main(String[] args) throws Exception {
        Peer peer = Peer.valueOf(args[0]);
        long start = System.nanoTime();
        Map<String, long[]> counts =
                run(peer, args[1].equals("Ed25519"), Long.parseLong(args[2]), Long.parseLong(args[3]));
        System.out.printf(
                "%s %s, seed %s, JDK %s: %s cases, no difference, %d s%n",
                peer, args[1], args[2], Runtime.version(), args[3], (System.nanoTime() - start) / 1_000_000_000);
        counts.forEach(
                (what, count) -> System.out.printf("  %-40s %,12d accepted %,12d refused%n", what, count[0], count[1]));
    }

    /** How many of each kind were accepted and refused, by both. */
    private static Map<String, long[]> run(Peer peer, boolean edwards, long seed, long cases)
            throws GeneralSecurityException {
        Cases next = new Cases(seed, edwards, Peer.CORRETTO.isHere() ? Peer.CORRETTO : Peer.JDK);
        Map<String, long[]> counts = new TreeMap<>();
        PublicKey key = peer.key(next.pair().getPublic());
        KeyTable table = KeyTable.of(next.pair().getPublic()).orElseThrow();
        for (long i = 1; i <= cases; i++) {
            if (i % CASES_A_KEY == 0) {
                next.nextKey();
                key = peer.key(next.pair().getPublic());
                table = KeyTable.of(next.pair().getPublic()).orElseThrow();
            }
            Case asked = next.next();
            Answer ours = table.verify(asked.message(), asked.signature());
            boolean theirs = peer.accepts(key, asked.message(), asked.signature());
            if (ours != (theirs ? Answer.GENUINE : Answer.FORGED)) {
                throw new AssertionError(peer + (theirs ? " accepts" : " refuses") + ", the table says " + ours + ": "
                        + describe(next.pair().getPublic(), asked));
            }
            counts.computeIfAbsent(asked.what(), what -> new long[2])[theirs ? 0 : 1]++;
        }
        return counts;
    }

    private static String describe(PublicKey key, Case asked) {
        HexFormat hex = HexFormat.of();
        return asked.what() + ", key " + hex.formatHex(key.getEncoded()) + ", message " + hex.formatHex(asked.message())
                + ", signature " + hex.formatHex(asked.signature());
    }
}
