package org.sipoauth.verifier.keys;

import java.security.PublicKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.tables.KeyTable;
import org.sipoauth.verifier.tables.KeyTable.Answer;
import org.sipoauth.verifier.tables.SelfTest;

/**
 * A public key from a JWK Set, which fixes the one algorithm it verifies with (RFC 8725 §3.1). What it answers never
 * changes. Its source gives it a table of multiples in the background, which makes ES256 and Ed25519 12 to 30 times as fast as
 * the JDK's; until then, and where there is none, the JDK verifies. {@code -Dorg.sipoauth.verifier.tables=false} keeps it so.
 */
public final class VerificationKey {
    private final String keyId;
    private final SignatureAlgorithm algorithm;
    private final PublicKey publicKey;
    private final TableSwitch tables;
    private volatile @Nullable KeyTable table;
    private volatile boolean tableConfirmed;

    VerificationKey(String keyId, SignatureAlgorithm algorithm, PublicKey publicKey) {
        this(keyId, algorithm, publicKey, TableSwitch.OF_THIS_PROCESS);
    }

    VerificationKey(String keyId, SignatureAlgorithm algorithm, PublicKey publicKey, TableSwitch tables) {
        this.keyId = keyId;
        this.algorithm = algorithm;
        this.publicKey = publicKey;
        this.tables = tables;
    }

    /** The {@code kid} (RFC 7517 §4.5). */
    public String keyId() {
        return keyId;
    }

    /** Whether {@code alg} in a token's header names this key's algorithm; Ed25519 also answers to {@code EdDSA}. */
    public boolean isFor(String alg) {
        return algorithm.isNamed(alg);
    }

    /**
     * Whether {@code signature} over {@code signingInput} was made by the private half of this key.
     *
     * @param signature as in a JWS: for ES256 r || s of 64 bytes, never DER
     * @return false for any other bytes, of any length; never throws on them
     */
    public boolean verifies(byte[] signingInput, byte[] signature) {
        return verifies(signingInput, signingInput.length, signature);
    }

    /** The same, where only the first {@code length} bytes are the signing input. */
    public boolean verifies(byte[] bytes, int length, byte[] signature) {
        if (!algorithm.isPlausible(signature)) {
            return false;
        }
        KeyTable ours = table;
        if (ours == null || !tables.isOn()) {
            return algorithm.verifies(publicKey, bytes, length, signature);
        }
        Answer answer = ours.verify(bytes, length, signature);
        if (answer == Answer.UNDECIDED) {
            return algorithm.verifies(publicKey, bytes, length, signature);
        }
        boolean genuine = answer == Answer.GENUINE;
        if (genuine && !tableConfirmed || tables.isSample()) {
            return confirm(genuine, bytes, length, signature);
        }
        return genuine;
    }

    /** The JDK's answer: to the first signature that the table accepts, and to a sample of all it accepts or refuses. */
    private boolean confirm(boolean genuine, byte[] bytes, int length, byte[] signature) {
        boolean answer = algorithm.verifies(publicKey, bytes, length, signature);
        if (answer != genuine) {
            tables.turnOff("the table of key " + this + (genuine ? " accepts" : " refuses") + " what the JDK does not");
        } else if (genuine) {
            tableConfirmed = true;
        }
        return answer;
    }

    /** Whether a table can help: not for RSA, nor once tables are off. */
    boolean takesTable() {
        return algorithm.takesTable() && tables.isOn();
    }

    boolean hasTable() {
        return table != null;
    }

    /** Whether it verifies with its table now, rather than with the JDK. */
    public boolean usesTable() {
        return hasTable() && tables.isOn();
    }

    /** Takes some 50 ms of a processor; the key can be used all the while. */
    void buildTable() {
        if (table != null || !tables.isOn() || !tables.passesSelfTest()) {
            return;
        }
        Optional<KeyTable> built = KeyTable.of(publicKey);
        if (built.isPresent()) {
            if (SelfTest.passes(built.get(), publicKey)) {
                takeTable(built.get());
            } else {
                tables.turnOff("the table of key " + this + " fails its self-test");
            }
        }
    }

    void takeTable(KeyTable built) {
        table = built;
    }

    void dropTable() {
        table = null;
    }

    /** Whether this is the same key under the same name, so that one can stand for the other. */
    boolean isSame(VerificationKey other) {
        return keyId.equals(other.keyId) && algorithm == other.algorithm && publicKey.equals(other.publicKey);
    }

    @Override
    public String toString() {
        return algorithm + " " + keyId;
    }
}
