package org.sipoauth.registrar;

import io.netty.handler.ssl.util.SimpleTrustManagerFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trusts the CAs of a PEM file, which is looked at anew for each connection that we make. A file that has become unusable leaves those of
 * before in force. Thread-safe.
 */
final class TrustFile extends X509ExtendedTrustManager {
    private static final Logger LOG = LoggerFactory.getLogger(TrustFile.class);

    private final Setting setting;
    private final Path file;
    private byte[] lastTried; // guarded by this
    private X509ExtendedTrustManager current; // guarded by this
    private String told = ""; // why it was unusable at the last look; guarded by this

    private TrustFile(Setting setting, Path file) throws GeneralSecurityException, IOException {
        this.setting = setting;
        this.file = file;
        this.lastTried = Files.readAllBytes(file);
        this.current = trusting(lastTried);
    }

    static TrustFile of(Setting setting, Path file) throws SettingsException {
        try {
            return new TrustFile(setting, file);
        } catch (GeneralSecurityException | IOException unusable) {
            throw new SettingsException("--" + setting.key() + ": cannot use " + file + ": " + unusable.getMessage());
        }
    }

    private static X509ExtendedTrustManager trusting(byte[] pem) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (Certificate certificate :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
            store.setCertificateEntry("authority-" + store.size(), certificate);
        }
        if (store.size() == 0) {
            throw new GeneralSecurityException("holds no certificate");
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("no X.509 trust manager");
    }

    private synchronized X509ExtendedTrustManager current() {
        try {
            byte[] pem = Files.readAllBytes(file);
            told = "";
            if (!Arrays.equals(pem, lastTried)) {
                lastTried = pem;
                current = trusting(pem);
                LOG.info("{}: new connections trust the changed {}", setting.key(), file);
            }
        } catch (GeneralSecurityException | IOException unusable) {
            String why = String.valueOf(unusable.getMessage());
            if (!why.equals(told)) { // at each connection it would be said again
                told = why;
                LOG.error("{}: the old CAs stay in force, cannot use {}: {}", setting.key(), file, why);
            }
        }
        return current;
    }

    /** Of this alone. */
    TrustManagerFactory factory() {
        return new SimpleTrustManagerFactory() {
            @Override
            protected void engineInit(KeyStore store) {}

            @Override
            protected void engineInit(ManagerFactoryParameters parameters) {}

            @Override
            protected TrustManager[] engineGetTrustManagers() {
                return new TrustManager[] {TrustFile.this};
            }
        };
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        current().checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        current().checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        current().checkServerTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("trusts no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("trusts no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("trusts no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return current().getAcceptedIssuers();
    }
}
