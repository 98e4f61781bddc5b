package org.sipoauth.benchmarks.verification;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;

/** What tokens are signed with, in the names that all libraries know. */
public enum Algorithm {
    RS256("RSA", "SHA256withRSA"),
    ES256("EC", "SHA256withECDSAinP1363Format"),
    EdDSA("Ed25519", "Ed25519");

    private final String keyAlgorithm;
    private final String jcaName;

    Algorithm(String keyAlgorithm, String jcaName) {
        this.keyAlgorithm = keyAlgorithm;
        this.jcaName = jcaName;
    }

    String keyAlgorithm() {
        return keyAlgorithm;
    }

    /** By the provider that comes first. */
    Signature signature() throws GeneralSecurityException {
        return Signature.getInstance(jcaName);
    }

    KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(keyAlgorithm);
        switch (this) {
            case RS256 -> generator.initialize(2048);
            case ES256 -> generator.initialize(new ECGenParameterSpec("secp256r1"));
            case EdDSA -> {} // the name says it all
        }
        return generator.generateKeyPair();
    }
}
