package org.sipoauth.verifier.tables;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;

/** Others who verify the same signatures. */
enum Peer {
    JDK(Security.getProvider("SunEC")),
    BOUNCY_CASTLE(new BouncyCastleProvider()),
    /** Native code: on Linux x86-64 alone, with the library that the tests bring. */
    CORRETTO(corretto());

    private final @Nullable Provider provider;

    Peer(@Nullable Provider provider) {
        this.provider = provider;
    }

    private static @Nullable Provider corretto() {
        AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
        return provider.getLoadingError() == null ? provider : null;
    }

    boolean isHere() {
        return provider != null;
    }

    /** The peer's own form of a key. */
    PublicKey key(PublicKey key) throws GeneralSecurityException {
        boolean edwards = key.getAlgorithm().startsWith("Ed");
        if (this == BOUNCY_CASTLE || this == CORRETTO && !edwards) {
            return KeyFactory.getInstance(edwards ? "Ed25519" : "EC", provider)
                    .generatePublic(new X509EncodedKeySpec(key.getEncoded()));
        }
        return key;
    }

    /** ES256 or Ed25519, by the key; an exception is a refusal. */
    boolean accepts(PublicKey key, byte[] message, byte[] signature) {
        boolean edwards = key.getAlgorithm().startsWith("Ed");
        return accepts(edwards ? "Ed25519" : es256(), key, message, signature);
    }

    /** ECDSA over a digest as it is, not over a message. */
    boolean acceptsDigest(PublicKey key, byte[] digest, BigInteger r, BigInteger s) {
        return accepts("NONEwithECDSA", key, digest, der(r, s));
    }

    private boolean accepts(String algorithm, PublicKey key, byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm, provider);
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    byte[] sign(PrivateKey key, byte[] message) throws GeneralSecurityException {
        boolean edwards = key.getAlgorithm().startsWith("Ed");
        Signature signer = Signature.getInstance(edwards ? "Ed25519" : es256(), provider);
        signer.initSign(key);
        signer.update(message);
        return signer.sign();
    }

    private String es256() {
        return this == BOUNCY_CASTLE ? "SHA256withPLAIN-ECDSA" : "SHA256withECDSAinP1363Format";
    }

    /** SEQUENCE of two INTEGERs, each of less than 128 bytes (RFC 3279 §2.2.3). */
    private static byte[] der(BigInteger r, BigInteger s) {
        byte[] first = r.toByteArray();
        byte[] second = s.toByteArray();
        byte[] der = new byte[6 + first.length + second.length];
        der[0] = 0x30;
        der[1] = (byte) (4 + first.length + second.length);
        der[2] = 2;
        der[3] = (byte) first.length;
        System.arraycopy(first, 0, der, 4, first.length);
        int at = 4 + first.length;
        der[at] = 2;
        der[at + 1] = (byte) second.length;
        System.arraycopy(second, 0, der, at + 2, second.length);
        return der;
    }
}
