package org.sipoauth.authz.certificate;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** From a client's certificate to an authority that is trusted for it, and no other (RFC 5280 §6). Asks nobody. */
public final class CertificatePaths {
    /** Of certificates that a client sends; with more, looking for a path could take long. */
    public static final int LONGEST_CHAIN = 5;

    private static final String CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2"; // RFC 5280 §4.2.1.12
    private static final String ANY_PURPOSE = "2.5.29.37.0";
    private static final int DIGITAL_SIGNATURE = 0; // RFC 5280 §4.2.1.3

    private CertificatePaths() {}

    /**
     * Reads what {@link WatchedFile} is to hold, PEM.
     *
     * @throws IllegalArgumentException if there is none; the message says so
     */
    public static List<X509Certificate> certificates(Path file) throws IOException {
        try (InputStream pem = Files.newInputStream(file)) {
            List<X509Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException("it holds no certificate");
            }
            return certificates;
        } catch (CertificateException malformed) {
            throw new IllegalArgumentException("it holds no readable certificate", malformed);
        }
    }

    /** {@link #certificates} as what a path may end at. */
    public static Set<TrustAnchor> authorities(Path file) throws IOException {
        return certificates(file).stream()
                .map(certificate -> new TrustAnchor(certificate, null))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** What keeps a certificate from being that of a client, whoever issued it; null if nothing does. */
    public static @Nullable String unfitness(X509Certificate certificate) {
        if (certificate.getBasicConstraints() >= 0) {
            return "it is that of an authority";
        }
        boolean[] keyUsage = certificate.getKeyUsage();
        if (keyUsage != null && !keyUsage[DIGITAL_SIGNATURE]) {
            return "its key usage has no digitalSignature";
        }
        try {
            List<String> purposes = certificate.getExtendedKeyUsage();
            return purposes == null || purposes.contains(CLIENT_AUTHENTICATION) || purposes.contains(ANY_PURPOSE)
                    ? null
                    : "its extended key usage has no clientAuth";
        } catch (CertificateParsingException malformed) {
            return "its extended key usage cannot be read";
        }
    }

    /**
     * All of it valid at the instant. Says nothing of what was taken back.
     *
     * @param chain the client's certificate, and what it sent to go with it
     * @throws CertPathBuilderException if there is none
     */
    public static PKIXCertPathBuilderResult path(X509Certificate[] chain, Set<TrustAnchor> authorities, Instant at)
            throws CertPathBuilderException {
        try {
            X509CertSelector target = new X509CertSelector();
            target.setCertificate(chain[0]);
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(authorities, target);
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(chain))));
            parameters.setDate(Date.from(at));
            parameters.setRevocationEnabled(false);
            parameters.setMaxPathLength(LONGEST_CHAIN);
            return (PKIXCertPathBuilderResult)
                    CertPathBuilder.getInstance("PKIX").build(parameters);
        } catch (CertPathBuilderException none) {
            throw none;
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("this Java runtime cannot build certificate paths", broken);
        }
    }
}
