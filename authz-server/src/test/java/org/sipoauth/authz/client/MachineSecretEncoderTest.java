package org.sipoauth.authz.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachineSecretEncoderTest {
    private final MachineSecretEncoder encoder = new MachineSecretEncoder();

    /** FIPS 180-2 appendix B.1. */
    @Test
    void writesWhatSha256sumPrints() {
        assertThat(encoder.encode("abc"))
                .isEqualTo("{sha256}ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void matchesTheSecretAndNoOther() {
        String secret = "0123456789abcdef0123456789abcdef";
        String hash = encoder.encode(secret);

        assertThat(encoder.matches(secret, hash)).isTrue();
        assertThat(encoder.matches(secret.replace('f', 'e'), hash)).isFalse();
        assertThat(encoder.matches("", hash)).isFalse();
        assertThat(encoder.matches(null, hash)).isFalse();
        assertThat(encoder.matches(secret, null)).isFalse();
        assertThat(encoder.matches(hash, hash)).isFalse();
    }

    @Test
    void refusesTheRightSecretIfSomebodyCouldHaveMadeItUp() {
        assertThat(encoder.matches("a".repeat(21), encoder.encode("a".repeat(21))))
                .isFalse();
        assertThat(encoder.matches("a".repeat(22), encoder.encode("a".repeat(22))))
                .isTrue();
    }

    @Test
    void isNeverReplacedByASlowHash() {
        assertThat(encoder.upgradeEncoding(encoder.encode("abc"))).isFalse();
    }
}
