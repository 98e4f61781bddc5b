package org.sipoauth.authz.settings;

import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** Whose certificates a server that we connect to may have. */
public final class TrustedAuthorities {
    private TrustedAuthorities() {}

    /**
     * @param pem the only authorities to trust; null: those of the Java runtime
     * @param setting that names the file, for the message if it is no such file
     */
    public static SSLContext trusting(@Nullable Path pem, String setting) {
        PemSslStoreDetails trusted = pem == null
                ? null
                : PemSslStoreDetails.forCertificate(pem.toAbsolutePath().toUri().toString());
        try {
            return SslBundle.of(new PemSslStoreBundle(null, trusted)).createSslContext();
        } catch (IllegalStateException e) {
            throw new StartupRefused(
                    "The file " + pem + " that " + setting + " names cannot be read as PEM certificates.",
                    "Name a file with the certificates of the authorities to trust, each between its BEGIN and END line.",
                    e);
        }
    }
}
