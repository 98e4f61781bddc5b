package org.sipoauth.registrar.register;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.sipoauth.registrar.sip.Headers;

/**
 * {@code Client-Cert: :BASE64:}, in which an edge says which certificate a phone has shown it: HTTP's header for what a
 * proxy tells the server behind it (RFC 9440 §2.2), for SIP has none. Believed or not is the caller's to decide.
 */
final class ClientCert {
    private static final String HEADER = "Client-Cert";

    private ClientCert() {}

    static boolean isIn(Headers headers) {
        return headers.has(HEADER);
    }

    /**
     * The certificate that the header holds; empty where there is no header.
     *
     * @throws Refused if it is there more than once, as when an edge leaves a phone's own beside what it says itself, or
     *     holds anything but one certificate
     */
    static Optional<X509Certificate> in(Headers headers) {
        List<String> values = headers.all(HEADER);
        if (values.isEmpty()) {
            return Optional.empty();
        }
        if (values.size() > 1) {
            throw refused("occurs more than once: does the edge remove what phones send?");
        }
        return Optional.of(certificate(bytes(values.get(0))));
    }

    /** A byte sequence (RFC 8941 §3.3.5) without parameters, for none is defined. */
    private static byte[] bytes(String value) {
        if (value.length() < 2 || !value.startsWith(":") || !value.endsWith(":")) {
            throw refused("is no byte sequence, which has a colon at either end");
        }
        try {
            return Base64.getDecoder().decode(value.substring(1, value.length() - 1));
        } catch (IllegalArgumentException notBase64) {
            throw refused("is not base64 between its colons");
        }
    }

    private static X509Certificate certificate(byte[] der) {
        try {
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            if (Arrays.equals(certificate.getEncoded(), der)) { // the factory takes PEM as well, and stops at its end
                return certificate;
            }
        } catch (CertificateException
                | RuntimeException unreadable) { // the factory promises the former alone; edges send anything
            // as below
        }
        throw refused("is not the DER of one certificate");
    }

    private static Refused refused(String why) {
        return new Refused(Refusal.CLIENT_CERT, 400, "Bad Request", "Client-Cert of the edge " + why);
    }
}
