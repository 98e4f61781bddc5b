package org.sipoauth.verifier.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The signatures among the {@link Wycheproof} vectors.
 *
 * <p>A key with its table answers as the vectors and the JDK do, but for two differences.
 * <ul>
 *   <li>Signatures that are not 64 bytes long are refused before table or JDK sees them: RFC 7518 §3.4, RFC 8032 §5.1.7. A
 *       JDK takes 12 shorter ones for ES256, which the vectors refuse too, and a JDK 17 takes one of 65 bytes for Ed25519.
 *   <li>Where x is r + n, the table leaves the answer to the JDK, and a JDK 17.0.15 wrongly refuses: 2 vectors, in both forms.
 * </ul>
 */
class WycheproofTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final Set<String> X_NOT_BELOW_N =
            Set.of("k*G has a large x-coordinate", "r = 3, x = n + 3 is the smallest possible x with a reduction");

    private int asked;
    private int withoutOurForm;
    private final List<String> unexplained = new ArrayList<>();

    @Test
    void es256() throws Exception {
        decide("ecdsa_secp256r1_sha256_p1363", SignatureAlgorithm.ES256, Optional::of);
        assertOutcome(262, 0);
    }

    /** DER, for those that have our form at all: strict DER of two numbers from 0 up to 256 bits. */
    @Test
    void es256FromDer() throws Exception {
        decide("ecdsa_secp256r1_sha256", SignatureAlgorithm.ES256, WycheproofTest::fromDer);
        assertOutcome(484, 235);
    }

    @Test
    void ed25519() throws Exception {
        decide("ed25519", SignatureAlgorithm.ED25519, Optional::of);
        assertOutcome(151, 0);
    }

    private void assertOutcome(int vectors, int withoutForm) {
        assertThat(unexplained).isEmpty();
        assertThat(asked).isEqualTo(vectors);
        assertThat(withoutOurForm).isEqualTo(withoutForm);
    }

    private interface ToOurForm {
        Optional<byte[]> of(byte[] signature);
    }

    private void decide(String file, SignatureAlgorithm algorithm, ToOurForm form) throws Exception {
        for (Map<String, Object> group : Wycheproof.groups(file)) {
            PublicKey publicKey = KeyFactory.getInstance(algorithm == SignatureAlgorithm.ES256 ? "EC" : "Ed25519")
                    .generatePublic(new X509EncodedKeySpec(bytes(group, "publicKeyDer")));
            TableSwitch tables = new TableSwitch(true, () -> true, Integer.MAX_VALUE);
            VerificationKey key = new VerificationKey("k", algorithm, publicKey, tables);
            key.buildTable();
            assertThat(key.hasTable()).isTrue();
            for (Map<String, Object> test : Wycheproof.tests(group)) {
                asked++;
                Optional<byte[]> signature = form.of(bytes(test, "sig"));
                if (signature.isEmpty()) {
                    withoutOurForm++;
                    continue;
                }
                String name = file + " " + test.get("tcId") + " " + test.get("comment");
                byte[] message = bytes(test, "msg");
                boolean ours = key.verifies(message, signature.get());
                boolean jdk = jdk(algorithm, publicKey, message, signature.get());
                boolean vector = test.get("result").equals("valid");
                boolean anotherLength = signature.get().length != 64 && !ours && !vector;
                boolean jdkIsWrong = X_NOT_BELOW_N.contains(test.get("comment")) && !ours && vector;
                if (ours != jdk && !anotherLength || ours != vector && !jdkIsWrong) {
                    unexplained.add(name + ": we say " + ours + ", the JDK " + jdk);
                }
            }
            assertThat(tables.isOn()).isTrue();
        }
    }

    private static boolean jdk(SignatureAlgorithm algorithm, PublicKey key, byte[] message, byte[] signature) {
        try {
            boolean es256 = algorithm == SignatureAlgorithm.ES256;
            Signature verifier = Signature.getInstance(es256 ? "SHA256withECDSAinP1363Format" : "Ed25519", "SunEC");
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Optional<byte[]> fromDer(byte[] der) {
        int rLength = der.length > 3 ? der[3] : 0;
        int sLength = der.length > 5 + rLength && rLength > 0 ? der[5 + rLength] : 0;
        if (rLength <= 0 || sLength <= 0 || der.length != 6 + rLength + sLength) {
            return Optional.empty();
        }
        BigInteger r = new BigInteger(Arrays.copyOfRange(der, 4, 4 + rLength));
        BigInteger s = new BigInteger(Arrays.copyOfRange(der, 6 + rLength, der.length));
        byte[] tags = {0x30, (byte) (der.length - 2), 2, (byte) r.toByteArray().length};
        boolean strict = Arrays.equals(tags, Arrays.copyOf(der, 4))
                && der[4 + rLength] == 2
                && sLength == s.toByteArray().length;
        if (!strict || r.signum() < 0 || s.signum() < 0 || r.bitLength() > 256 || s.bitLength() > 256) {
            return Optional.empty();
        }
        byte[] signature = new byte[64];
        for (int i = 0; i < 32; i++) {
            signature[i] = r.shiftRight(8 * (31 - i)).byteValue();
            signature[32 + i] = s.shiftRight(8 * (31 - i)).byteValue();
        }
        return Optional.of(signature);
    }

    private static byte[] bytes(Map<String, Object> object, String name) {
        return HEX.parseHex((String) object.get(name));
    }
}
