package org.sipoauth.registrar.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.registrar.sip.Headers;

class ClientCertTest {
    private static final X509Bundle PHONE = phone();

    private static X509Bundle phone() {
        try {
            return new CertificateBuilder()
                    .ecp256()
                    .subject("CN=SEP001122334455")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] der() throws Exception {
        return PHONE.getCertificate().getEncoded();
    }

    private static String sequence(byte[] bytes) {
        return ":" + Base64.getEncoder().encodeToString(bytes) + ":";
    }

    private static Headers forwarded(String... values) {
        Headers headers = Headers.NONE;
        for (String value : values) {
            headers = headers.plus("Client-Cert", value);
        }
        return headers;
    }

    @Test
    void holdsTheCertificateWhateverTheCaseOfItsName() throws Exception {
        assertThat(ClientCert.in(Headers.NONE.plus("client-CERT", sequence(der()))))
                .contains(PHONE.getCertificate());
    }

    @Test
    void isEmptyWhereTheEdgeForwardsNone() {
        assertThat(ClientCert.in(Headers.NONE.plus("Client-Cert-Chain", ":AAAA:")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ":", "::", "AAAA", ":AAAA", ":AAAA:;a", ":AA AA:", ":AA_-:", ":AAAA:, :AAAA:", ":AAAA:"})
    void isRefusedUnlessItIsOneByteSequenceOfACertificate(String value) {
        assertRefused(forwarded(value));
    }

    static Stream<byte[]> almostCertificates() throws Exception {
        byte[] longer = new byte[der().length + 1];
        System.arraycopy(der(), 0, longer, 0, der().length);
        byte[] shorter = new byte[der().length - 1];
        System.arraycopy(der(), 0, shorter, 0, shorter.length);
        return Stream.of(longer, shorter, PHONE.getCertificatePEM().getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @MethodSource("almostCertificates")
    void isRefusedUnlessItIsTheDerOfOneCertificateAndNothingElse(byte[] almost) {
        assertRefused(forwarded(sequence(almost)));
    }

    @Test
    void isRefusedWhereItStandsTwice() throws Exception {
        assertRefused(forwarded(sequence(der()), sequence(der())));
    }

    private static void assertRefused(Headers headers) {
        assertThatThrownBy(() -> ClientCert.in(headers)).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.refusal()).isEqualTo(Refusal.CLIENT_CERT);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.headers()).isEmpty();
        });
    }
}
