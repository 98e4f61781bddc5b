package org.sipoauth.keys.hsm;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/**
 * The certificate without which the JDK's PKCS #11 key store does not find a private key again. Nobody relies on it:
 * it carries the public key, the key id as its name, and no end (RFC 5280 §4.1.2.5).
 */
final class SelfSignedCertificate {
    private static final byte[] VERSION_3 = HexFormat.of().parseHex("a003020102");
    private static final byte[] ECDSA_WITH_SHA256 = HexFormat.of().parseHex("300a06082a8648ce3d040302");
    private static final byte[] RSA_WITH_SHA256 = HexFormat.of().parseHex("300d06092a864886f70d01010b0500");
    private static final byte[] COMMON_NAME = HexFormat.of().parseHex("0603550403");
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int UTF8_STRING = 0x0c;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int UTC_TIME = 0x17;

    private SelfSignedCertificate() {}

    static X509Certificate of(KeyPair pair, String keyId, Provider provider) throws GeneralSecurityException {
        boolean rsa = pair.getPublic().getAlgorithm().equals("RSA");
        byte[] algorithm = rsa ? RSA_WITH_SHA256 : ECDSA_WITH_SHA256;
        byte[] name = der(
                SEQUENCE,
                der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, keyId.getBytes(StandardCharsets.UTF_8)))));
        byte[] validity = der(
                SEQUENCE,
                der(UTC_TIME, "700101000000Z".getBytes(StandardCharsets.US_ASCII)),
                der(GENERALIZED_TIME, "99991231235959Z".getBytes(StandardCharsets.US_ASCII)));
        byte[] content = der(
                SEQUENCE,
                VERSION_3,
                der(INTEGER, BigInteger.ONE.toByteArray()),
                algorithm,
                name,
                validity,
                name,
                pair.getPublic().getEncoded());
        Signature signature = Signature.getInstance(rsa ? "SHA256withRSA" : "SHA256withECDSA", provider);
        signature.initSign(pair.getPrivate());
        signature.update(content);
        byte[] certificate = der(SEQUENCE, content, algorithm, der(BIT_STRING, new byte[1], signature.sign()));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
    }

    /** Tag, definite length, content (ITU-T X.690 §8.1.3). */
    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        encoded.write(tag);
        if (content.size() < 0x80) {
            encoded.write(content.size());
        } else {
            byte[] length = BigInteger.valueOf(content.size()).toByteArray();
            int leadingZero = length[0] == 0 ? 1 : 0;
            encoded.write(0x80 | (length.length - leadingZero));
            encoded.write(length, leadingZero, length.length - leadingZero);
        }
        encoded.writeBytes(content.toByteArray());
        return encoded.toByteArray();
    }
}
