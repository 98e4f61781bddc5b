package org.sipoauth.registrar.transport;

import io.netty.handler.ssl.OpenSslCertificateException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXReason;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.sipoauth.registrar.register.RefusedRequest;

/**
 * Decides over the certificates of edges during the handshake: a chain to a CA of ours, and a name on the list. Each
 * refusal is sent as the alert that says so, which takes the OpenSSL error that Netty turns into that alert; a plain
 * exception would become an internal error (80), and the JDK's own TLS sends certificate_unknown (46) for all of them.
 */
final class EdgeTrust implements X509TrustManager {
    /** From {@code x509_vfy.h}; the alert that each becomes is RFC 8446 §6.2's. */
    private static final int UNABLE_TO_GET_ISSUER_CERT_LOCALLY = 20; // unknown_ca, 48

    private static final int CERT_NOT_YET_VALID = 9; // certificate_expired, 45
    private static final int CERT_HAS_EXPIRED = 10; // certificate_expired, 45
    private static final int INVALID_PURPOSE = 26; // unsupported_certificate, 43
    private static final int CERT_REJECTED = 28; // bad_certificate, 42

    /** Where an operator adds a name. */
    static final String ADD_TO_LIST = " with sipoauth edge add, or to edges or edges.file here";

    private final X509TrustManager authorities;
    private final EdgeList edges;

    EdgeTrust(List<X509Certificate> authorities, EdgeList edges) throws GeneralSecurityException {
        this.authorities = trustManager(authorities);
        this.edges = edges;
    }

    private static X509TrustManager trustManager(List<X509Certificate> authorities) throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("authority-" + i, authorities.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager found) {
                    return found;
                }
            }
            throw new GeneralSecurityException("no X.509 trust manager");
        } catch (IOException impossible) {
            throw new GeneralSecurityException(impossible); // nothing is loaded
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        X509Certificate leaf = chain[0];
        for (X509Certificate certificate : chain) {
            requireInTime(certificate, leaf);
        }
        try {
            authorities.checkClientTrusted(chain, authType);
        } catch (CertificateException untrusted) {
            throw hasNoPath(untrusted)
                    ? refused(leaf, UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "add its CA to tls.client-ca to trust it")
                    : refused(leaf, INVALID_PURPOSE, "it is not for TLS clients, or broken");
        }
        if (edges.nameOf(leaf).isEmpty()) {
            throw refused(
                    leaf,
                    CERT_REJECTED,
                    "not on the list; to let it in, add one of its names " + names(leaf) + ADD_TO_LIST);
        }
    }

    private static void requireInTime(X509Certificate certificate, X509Certificate leaf) throws CertificateException {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException expired) {
            throw refused(leaf, CERT_HAS_EXPIRED, "it expired on " + certificate.getNotAfter());
        } catch (CertificateNotYetValidException early) {
            throw refused(leaf, CERT_NOT_YET_VALID, "it is not valid before " + certificate.getNotBefore());
        }
    }

    /** No chain to a CA of ours, which a chain to another CA under the name of one of ours is too. */
    private static boolean hasNoPath(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathBuilderException) {
                return true;
            }
            if (cause instanceof CertPathValidatorException invalid
                    && (invalid.getReason() == BasicReason.INVALID_SIGNATURE
                            || invalid.getReason() == PKIXReason.NO_TRUST_ANCHOR)) {
                return true;
            }
        }
        return false;
    }

    /** The message is for our log: whose certificate, and what the operator can do. */
    private static CertificateException refused(X509Certificate leaf, int opensslError, String whatToDo) {
        return new OpenSslCertificateException("edge certificate " + subject(leaf) + ": " + whatToDo, opensslError);
    }

    /** For logs. */
    static String subject(X509Certificate certificate) {
        return printable(certificate.getSubjectX500Principal().getName());
    }

    /** For logs: any of these on the list lets it in. */
    static String names(X509Certificate certificate) {
        return printable(EdgeList.certificateNames(certificate).toString());
    }

    private static String printable(String text) {
        return RefusedRequest.printable(text);
    }

    static HandshakeFailure failureOf(OpenSslCertificateException refused) {
        return switch (refused.errorCode()) {
            case UNABLE_TO_GET_ISSUER_CERT_LOCALLY -> HandshakeFailure.UNKNOWN_CA;
            case CERT_HAS_EXPIRED, CERT_NOT_YET_VALID -> HandshakeFailure.CERTIFICATE_EXPIRED;
            case CERT_REJECTED -> HandshakeFailure.EDGE_NOT_LISTED;
            default -> HandshakeFailure.CERTIFICATE_INVALID;
        };
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("trusts no servers");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.getAcceptedIssuers();
    }
}
