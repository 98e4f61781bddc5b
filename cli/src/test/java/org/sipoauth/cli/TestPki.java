package org.sipoauth.cli;

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
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.sipoauth.cli.http.Trust;
import org.sipoauth.cli.pki.DevPkiCommand;

/** The certificates of {@code dev-pki}, in use. */
public final class TestPki {
    private static final char[] NO_PASSWORD = {};

    private final Path folder;

    private TestPki(Path folder) {
        this.folder = folder;
    }

    public static TestPki in(Path folder) {
        return in(folder, InstantSource.system());
    }

    /** As if made at another time. */
    public static TestPki in(Path folder, InstantSource clock) {
        CommandRun run = CommandRun.of(new DevPkiCommand(clock), "dev-pki", "--out", folder.toString());
        if (run.exit() != 0) {
            throw new IllegalStateException(run.err());
        }
        return new TestPki(folder);
    }

    public Path authority() {
        return folder.resolve("ca.crt");
    }

    public Path file(String name) {
        return folder.resolve(name);
    }

    /** For a server that shows the node's certificate. */
    public SSLContext serverContext() {
        return serverContext("node");
    }

    /** For a server that shows the node's certificate, and believes those of the same authority. */
    public SSLContext mutualContext() {
        return serverContext("node", new TrustManager[] {Trust.manager(Optional.of(authority()))});
    }

    /** For a server that shows one of the certificates: {@code node}, {@code edge} or {@code phone}. */
    public SSLContext serverContext(String name) {
        return serverContext(name, null);
    }

    private SSLContext serverContext(String name, TrustManager[] trusted) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setKeyEntry(name, privateKey(name), NO_PASSWORD, new Certificate[] {certificate(name)});
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trusted, null);
            return context;
        } catch (GeneralSecurityException | IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private Certificate certificate(String name) throws GeneralSecurityException, IOException {
        try (InputStream pem = Files.newInputStream(folder.resolve(name + ".crt"))) {
            return CertificateFactory.getInstance("X.509").generateCertificate(pem);
        }
    }

    private PrivateKey privateKey(String name) throws GeneralSecurityException, IOException {
        String base64 = Files.readString(folder.resolve(name + ".key")).replaceAll("-----[A-Z ]+-----", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
    }
}
