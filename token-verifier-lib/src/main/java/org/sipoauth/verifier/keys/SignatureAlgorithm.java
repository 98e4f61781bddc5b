package org.sipoauth.verifier.keys;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/** The signature algorithms we take. {@code none} and the HMAC family have no place to stand here. */
enum SignatureAlgorithm {
    /** RFC 7518 §3.4: the raw concatenation r || s, 32 bytes each. */
    ES256(Set.of("ES256"), "SHA256withECDSAinP1363Format"),
    /** RFC 7518 §3.3. */
    RS256(Set.of("RS256"), "SHA256withRSA"),
    /** RFC 8037 §3.1 under its first name, EdDSA, and RFC 9864 §2.2 under its full one. */
    ED25519(Set.of("Ed25519", "EdDSA"), "Ed25519");

    private static final byte[] P256_ORDER =
            HexFormat.of().parseHex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    private static final byte[] ZERO = new byte[32];

    private final Set<String> names;
    private final String jcaName;

    SignatureAlgorithm(Set<String> names, String jcaName) {
        this.names = names;
        this.jcaName = jcaName;
    }

    /** Whether {@code alg}, case-sensitive (RFC 7515 §4.1.1), names this algorithm. */
    boolean isNamed(String alg) {
        return names.contains(alg);
    }

    /** Whether {@link org.sipoauth.verifier.tables.KeyTable} knows it. */
    boolean takesTable() {
        return this != RS256;
    }

    /** What the JDK, or the provider that comes first in it, says of a signature over the first so many bytes. */
    boolean verifies(PublicKey key, byte[] bytes, int length, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(jcaName); // per call: an instance is not thread-safe
            verifier.initVerify(key);
            verifier.update(bytes, 0, length);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) { // the JDK throws for signatures of the wrong form
            return false;
        }
    }

    /** The form a signature must have before the JDK or a table sees it. */
    boolean isPlausible(byte[] signature) {
        return this == RS256
                || signature.length == 64 // of Ed25519 the JDK reads on past the end, and takes zeros there
                        && (this != ES256 || isScalar(signature, 0) && isScalar(signature, 32));
    }

    /** In [1, n-1]. A JDK 17 before 17.0.3 does not look, and takes zeros as anyone's signature (CVE-2022-21449). */
    private static boolean isScalar(byte[] signature, int offset) {
        return Arrays.compareUnsigned(signature, offset, offset + 32, P256_ORDER, 0, 32) < 0
                && Arrays.compareUnsigned(signature, offset, offset + 32, ZERO, 0, 32) > 0;
    }
}
