package org.sipoauth.verifier.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import org.junit.jupiter.api.Test;

class SelfTestTest {
    @Test
    void passes() {
        assertThat(SelfTest.passes()).isTrue();
    }

    @Test
    void tellsATableFromThatOfAnotherKey() throws Exception {
        PublicKey key = p256();
        KeyTable table = KeyTable.of(key).orElseThrow();
        assertThat(SelfTest.passes(table, key)).isTrue();
        assertThat(SelfTest.passes(table, p256())).isFalse();
    }

    @Test
    void hasNoTableForOtherCurves() throws Exception {
        KeyPairGenerator p384 = KeyPairGenerator.getInstance("EC");
        p384.initialize(new ECGenParameterSpec("secp384r1"));
        assertThat(KeyTable.of(p384.generateKeyPair().getPublic())).isEmpty();
        assertThat(KeyTable.of(
                        KeyPairGenerator.getInstance("Ed448").generateKeyPair().getPublic()))
                .isEmpty();
        assertThat(KeyTable.of(
                        KeyPairGenerator.getInstance("RSA").generateKeyPair().getPublic()))
                .isEmpty();
    }

    private static PublicKey p256() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair().getPublic();
    }
}
