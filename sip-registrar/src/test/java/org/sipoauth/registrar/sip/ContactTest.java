package org.sipoauth.registrar.sip;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ContactTest {
    private static Contact of(String instance) {
        return Contact.parse("<sip:1001@192.0.2.4>;+sip.instance=\"<" + instance + ">\"");
    }

    @Test
    void takesAUuidForTheSameInEitherCase() {
        assertThat(of("urn:uuid:F81D4FAE-7dec-11d0-a765-00a0c91e6bf6").instance())
                .isEqualTo(of("URN:UUID:f81d4fae-7DEC-11d0-a765-00a0c91e6bf6").instance())
                .contains("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
        assertThat(of("urn:example:A").instance())
                .isNotEqualTo(of("urn:example:a").instance());
    }
}
