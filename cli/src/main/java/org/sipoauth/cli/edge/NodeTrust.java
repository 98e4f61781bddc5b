package org.sipoauth.cli.edge;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Judges a node's certificate as an edge does, by its chain, and remembers what it saw. A host name that does not fit is
 * remembered alone: some edges compare it, as RFC 5922 §7.2 has them do, and some do not.
 */
final class NodeTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager authorities;
    private volatile @Nullable X509Certificate shown;
    private volatile @Nullable CertificateException untrusted;
    private volatile boolean forAnotherHost;

    NodeTrust(X509ExtendedTrustManager authorities) {
        this.authorities = authorities;
    }

    Optional<X509Certificate> shown() {
        return Optional.ofNullable(shown);
    }

    Optional<CertificateException> untrusted() {
        return Optional.ofNullable(untrusted);
    }

    boolean isForAnotherHost() {
        return forAnotherHost;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        shown = chain[0];
        try {
            authorities.checkServerTrusted(chain, authType);
        } catch (CertificateException refused) {
            untrusted = refused;
            throw refused;
        }
        try {
            authorities.checkServerTrusted(chain, authType, socket); // this one looks at the host name, too
        } catch (CertificateException refused) {
            forAnotherHost = true;
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
        throw new IllegalStateException("no engine is used");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
        throw new IllegalStateException("no such check is used");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
        throw new IllegalStateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
        throw new IllegalStateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
        throw new IllegalStateException("this is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.getAcceptedIssuers();
    }
}
