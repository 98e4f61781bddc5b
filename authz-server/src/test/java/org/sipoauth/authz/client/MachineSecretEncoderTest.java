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
        String hash = encoder.encode("abc");

        assertThat(encoder.matches("abc", hash)).isTrue();
        assertThat(encoder.matches("abd", hash)).isFalse();
        assertThat(encoder.matches("", hash)).isFalse();
        assertThat(encoder.matches(null, hash)).isFalse();
        assertThat(encoder.matches("abc", null)).isFalse();
        assertThat(encoder.matches(hash, hash)).isFalse();
    }

    @Test
    void isNeverReplacedByASlowHash() {
        assertThat(encoder.upgradeEncoding(encoder.encode("abc"))).isFalse();
    }
}
