package org.sipoauth.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;

/** Which certificate authorities a command trusts. */
public final class Trust {
    private Trust() {}

    /**
     * A TLS context that trusts the given authorities and nobody else, or what this Java trusts if none are given.
     *
     * @throws CommandFailure if the file cannot be read or holds no certificate
     */
    public static SSLContext context(Optional<Path> authorities) {
        return context(authorities, Optional.empty());
    }

    /** As above; servers that ask for a certificate are shown this one. */
    public static SSLContext context(Optional<Path> authorities, Optional<OwnCertificate> own) {
        try {
            if (authorities.isEmpty() && own.isEmpty()) {
                return SSLContext.getDefault();
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.stream().toArray(KeyManager[]::new), new TrustManager[] {manager(authorities)}, null);
            return context;
        } catch (GeneralSecurityException broken) {
            throw noTls(broken);
        }
    }

    /** The same judgement, for those who want to see how it comes about. */
    public static X509ExtendedTrustManager manager(Optional<Path> authorities) {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities.isPresent() ? keyStore(authorities.get()) : (KeyStore) null);
            for (TrustManager manager : trust.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager found) {
                    return found;
                }
            }
            throw new GeneralSecurityException("no X.509 trust manager");
        } catch (GeneralSecurityException broken) {
            throw noTls(broken);
        }
    }

    private static IllegalStateException noTls(GeneralSecurityException broken) {
        return new IllegalStateException("this Java has no TLS", broken);
    }

    private static KeyStore keyStore(Path pem) throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            store.load(null, null);
            for (Certificate authority : certificates(pem)) {
                store.setCertificateEntry("authority-" + store.size(), authority);
            }
        } catch (IOException unreadable) {
            throw unusable(pem, unreadable.toString());
        }
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path pem) throws IOException {
        try (InputStream input = Files.newInputStream(pem)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(input);
            if (certificates.isEmpty()) {
                throw unusable(pem, "it holds no certificate");
            }
            return certificates;
        } catch (CertificateException malformed) {
            throw unusable(pem, "it holds no readable certificate");
        }
    }

    private static CommandFailure unusable(Path pem, String why) {
        return new CommandFailure(
                ExitCodes.USAGE,
                "cannot trust " + pem + ": " + why,
                "Name a PEM file with one or more certificates of authorities, such as dev-pki's ca.crt.");
    }
}
