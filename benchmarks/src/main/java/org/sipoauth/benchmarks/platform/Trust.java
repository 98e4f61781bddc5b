package org.sipoauth.benchmarks.platform;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS that trusts one authority, and no other. */
final class Trust {
    private static final char[] IN_MEMORY = "in memory alone".toCharArray();

    private Trust() {}

    /** @param pem the authority's certificate */
    static SSLContext only(Path pem) throws IOException {
        try {
            return context(null, pem);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot trust the local authority", e);
        }
    }

    /** The same, and shows a certificate of its own, which has the authority's folder and this name. */
    static SSLContext only(Path pem, String own) throws IOException {
        try {
            KeyStore keys = empty();
            keys.setKeyEntry(own, privateKey(pem.resolveSibling(own + ".key")), IN_MEMORY, new Certificate[] {
                certificate(pem.resolveSibling(own + ".crt"))
            });
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keys, IN_MEMORY);
            return context(factory.getKeyManagers(), pem);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use the local certificate " + own, e);
        }
    }

    private static SSLContext context(KeyManager @Nullable [] own, Path pem)
            throws IOException, GeneralSecurityException {
        KeyStore trusted = empty();
        trusted.setCertificateEntry("authority", certificate(pem));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own, trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    private static Certificate certificate(Path pem) throws IOException, GeneralSecurityException {
        try (InputStream certificate = Files.newInputStream(pem)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(certificate);
        }
    }

    /** As {@code sipoauth dev-pki} writes them. */
    private static PrivateKey privateKey(Path pem) throws IOException, GeneralSecurityException {
        byte[] encoded = Base64.getMimeDecoder().decode(Files.readString(pem).replaceAll("-----[A-Z ]+-----", ""));
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }
}
