package org.sipoauth.authz.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;

class ShownCertificatesTest {
    private static final int ASKS = 8444;

    private final ShownCertificates certificates = new ShownCertificates(request -> request.getLocalPort() == ASKS);

    @Test
    void areThoseOfAListenerThatAsksForThem() {
        X509Certificate[] chain = new X509Certificate[1];

        assertThat(certificates.shownIn(request(ASKS, chain))).isSameAs(chain);
        assertThat(certificates.shownIn(request(ASKS, null))).isEmpty();
    }

    /** Whatever an operator has that one judge, it proves nothing about a token. */
    @Test
    void areNoneOfAnotherListener() {
        assertThat(certificates.shownIn(request(8443, new X509Certificate[1]))).isEmpty();
    }

    private static MockHttpServletRequest request(int port, Object chain) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.setLocalPort(port);
        request.setAttribute("jakarta.servlet.request.X509Certificate", chain);
        return request;
    }
}
