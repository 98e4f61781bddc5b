package org.sipoauth.registrar;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;

/** A certificate authority for one test, and what it issues. */
public final class TestPki {
    private final X509Bundle authority;

    public TestPki(String name) throws Exception {
        authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    X509Bundle node() throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=node1")
                .addSanDnsName("localhost")
                .addSanIpAddress("127.0.0.1")
                .addExtendedKeyUsageServerAuth()
                .buildIssuedBy(authority);
    }

    X509Bundle edge(String name) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .addSanDnsName(name)
                .addExtendedKeyUsageClientAuth()
                .buildIssuedBy(authority);
    }

    /** With so many further names, of 16 bytes each. */
    X509Bundle edge(String name, int further) throws Exception {
        CertificateBuilder edge = new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .addSanDnsName(name)
                .addExtendedKeyUsageClientAuth();
        for (int i = 0; i < further; i++) {
            edge = edge.addSanDnsName(String.format("name%05d.test", i));
        }
        return edge.buildIssuedBy(authority);
    }

    X509Bundle expiredEdge(String name) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .notBefore(Instant.now().minusSeconds(7200))
                .notAfter(Instant.now().minusSeconds(3600))
                .buildIssuedBy(authority);
    }

    X509Bundle serverOnly(String name) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .addExtendedKeyUsageServerAuth()
                .buildIssuedBy(authority);
    }

    /** As a phone makes for itself. */
    static X509Bundle selfSigned(String name) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    String authorityPem() {
        return authority.getCertificatePEM();
    }

    /** Writes {@code node.crt} and {@code node.key}. */
    public void writeNode(Path directory) throws Exception {
        X509Bundle node = node();
        Files.writeString(directory.resolve("node.key"), node.getPrivateKeyPEM());
        Files.writeString(directory.resolve("node.crt"), node.getCertificatePEM());
    }

    void writeAuthority(Path file) throws IOException {
        Files.writeString(file, authorityPem());
    }

    /** A client that trusts this authority, and shows its certificate, whomever the server asks for. */
    public SSLContext client(Optional<X509Bundle> own) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                own.map(bundle -> new KeyManager[] {new Always(bundle)}).orElse(null),
                new TrustManager[] {authority.toTrustManager()},
                new SecureRandom());
        return context;
    }

    private static final class Always extends X509ExtendedKeyManager {
        private final X509Bundle bundle;

        Always(X509Bundle bundle) {
            this.bundle = bundle;
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            return "own";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return bundle.getCertificatePath();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return bundle.getKeyPair().getPrivate();
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            throw new IllegalStateException("this is a client");
        }
    }
}
