package org.sipoauth.verifier.tables;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Random;
import org.sipoauth.verifier.tables.KeyTable.Answer;

/** What tables must get right before they are used, and the JDK must agree with. A few milliseconds each. */
public final class SelfTest {
    private static final byte[] MESSAGE = "a token nobody issued".getBytes(StandardCharsets.US_ASCII);

    // made with plain BigInteger arithmetic, under the base points themselves: their tables are needed anyway
    private static final byte[] ES256_SIGNATURE =
            bytes("7b59b974b1a88f9dd9b4e2ba69ee3afe3a03fe7f21dd7b04c1f11695d14cd831"
                    + "9120f7c5f3206be84c676f0877337ca6ffbccebee794ae0a495579e07d641b49");
    private static final byte[] ED25519_SIGNATURE =
            bytes("6beac355eb028bdf0c5044baefeae0610095ace095e418011acc3ee6057f71f8"
                    + "51470d725cd8b4ecd218ae4311506d5d2c1084f3f39acbf3528a03166fa3fc03");

    private SelfTest() {}

    /** Known answers of both algorithms; builds the tables of the base points. */
    public static boolean passes() {
        try {
            return knows("SHA256withECDSAinP1363Format", p256Base(), ES256_SIGNATURE)
                    && knows("Ed25519", ed25519Base(), ED25519_SIGNATURE);
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    /**
     * Whether a fresh table fits its key. Without the private key nobody signs a message; but a digest to fit a signature
     * can be had: for any a and b, r = x of a G + b Q, s = r / b, e = a s. For Ed25519, whose digest covers R, there is no such way; that
     * L A is neutral was seen when the table was built.
     */
    public static boolean passes(KeyTable table, PublicKey key) {
        if (!(table instanceof P256Table p256)) {
            return true;
        }
        try {
            Random random = new Random();
            for (int i = 0; i < 4; i++) {
                BigInteger n = P256Table.N;
                BigInteger a = new BigInteger(255, random);
                BigInteger b = new BigInteger(255, random).max(BigInteger.ONE);
                BigInteger r = p256.xOfSum(a, b).mod(n);
                BigInteger s = r.multiply(b.modInverse(n)).mod(n);
                BigInteger e = a.multiply(s).mod(n);
                if (!agrees(p256, key, e, r, s, Answer.GENUINE)
                        || !agrees(p256, key, e.flipBit(i), r, s, Answer.FORGED)) {
                    return false;
                }
            }
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    private static boolean agrees(
            P256Table table, PublicKey key, BigInteger e, BigInteger r, BigInteger s, Answer expected)
            throws GeneralSecurityException {
        byte[] digest = new byte[32];
        put(e, digest, 0);
        byte[] signature = new byte[64];
        put(r, signature, 0);
        put(s, signature, 32);
        boolean genuine = jdkAccepts("NONEwithECDSAinP1363Format", key, digest, signature);
        return genuine == (expected == Answer.GENUINE) && table.verifyDigest(digest, signature) == expected;
    }

    private static boolean knows(String algorithm, PublicKey key, byte[] signature) throws GeneralSecurityException {
        KeyTable table = KeyTable.of(key).orElseThrow();
        if (table.verify(MESSAGE, signature) != Answer.GENUINE || !jdkAccepts(algorithm, key, MESSAGE, signature)) {
            return false;
        }
        for (int i = 0; i < signature.length; i++) {
            byte[] other = signature.clone();
            other[i] ^= 1;
            if (table.verify(MESSAGE, other) != Answer.FORGED) {
                return false;
            }
        }
        return true;
    }

    private static boolean jdkAccepts(String algorithm, PublicKey key, byte[] message, byte[] signature)
            throws GeneralSecurityException {
        Signature jdk = Signature.getInstance(algorithm);
        jdk.initVerify(key);
        jdk.update(message);
        return jdk.verify(signature);
    }

    private static PublicKey p256Base() throws GeneralSecurityException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        ECPoint base = new ECPoint(P256Table.GX, P256Table.GY);
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(base, parameters.getParameterSpec(ECParameterSpec.class)));
    }

    private static PublicKey ed25519Base() throws GeneralSecurityException {
        EdECPoint base = new EdECPoint(false, Ed25519Table.BASE_Y);
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, base));
    }

    private static void put(BigInteger number, byte[] out, int at) {
        for (int i = 0; i < 32; i++) {
            out[at + i] = number.shiftRight(8 * (31 - i)).byteValue();
        }
    }

    private static byte[] bytes(String hex) {
        byte[] bytes = new byte[hex.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(hex, 2 * i, 2 * i + 2, 16);
        }
        return bytes;
    }
}
