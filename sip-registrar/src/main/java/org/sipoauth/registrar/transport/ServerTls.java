package org.sipoauth.registrar.transport;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sipoauth.registrar.register.Arrival.Port;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS of both ports, replaced whole when its files change: new handshakes use the new, connections that stand keep
 * what they have. Files that cannot be used leave the old ones in force.
 */
public final class ServerTls {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final SslProvider PROVIDER = provider();

    /** Of a client, in memory before its handshake ends; as the JDK's own TLS has it. OpenSSL's default is 100 KiB. */
    private static final int LONGEST_CHAIN_BYTES = 32 * 1024;

    private record Contexts(SslContext oauth, Optional<SslContext> mra, Instant notAfter) {}

    private final TlsFiles files;
    private final EdgeList edges;
    private final boolean phoneCertificates;
    private volatile Contexts current;
    private byte[] lastTried;

    /**
     * @param phoneCertificates whether phones are asked for a certificate, never required, for tokens that are bound to one
     * @throws IllegalArgumentException if a file cannot be read or used; the message names it
     */
    public ServerTls(TlsFiles files, EdgeList edges, boolean phoneCertificates) {
        this.files = files;
        this.edges = edges;
        this.phoneCertificates = phoneCertificates;
        this.lastTried = digest();
        this.current = load();
    }

    private static SslProvider provider() {
        if (OpenSsl.isAvailable()) {
            return SslProvider.OPENSSL;
        }
        LOG.warn(
                "no native TLS on this platform ({}): the JDK's takes over, and tells an edge of an unknown CA"
                        + " certificate_unknown (46) instead of unknown_ca (48)",
                OpenSsl.unavailabilityCause().toString());
        return SslProvider.JDK;
    }

    public EdgeList edges() {
        return edges;
    }

    /** When the node's certificate ends. */
    public Instant notAfter() {
        return current.notAfter();
    }

    SslContext context(Port port) {
        return port == Port.OAUTH
                ? current.oauth()
                : current.mra().orElseThrow(() -> new IllegalStateException("no client CA for the mutual-TLS port"));
    }

    /** Looks whether files have changed, for a timer to call: edges that cannot be read hold up no certificate, nor the other way. */
    public synchronized void reload(ConnectionEvents events) {
        try {
            if (edges.reload()) {
                events.reloaded(true);
            }
        } catch (UncheckedIOException unreadable) {
            events.reloaded(false);
            LOG.error("the old edges stay in force: {}", unreadable.getMessage());
        }
        try {
            byte[] digest = digest();
            if (Arrays.equals(digest, lastTried)) {
                return;
            }
            lastTried = digest;
            current = load();
            events.reloaded(true);
            LOG.info("new handshakes use the changed certificates; the node's ends {}", current.notAfter());
        } catch (IllegalArgumentException unusable) {
            events.reloaded(false);
            LOG.error("the old certificates stay in force: {}", unusable.getMessage());
        }
    }

    private Contexts load() {
        List<X509Certificate> chain = certificates(files.certificate());
        PrivateKey key = use(files.privateKey(), pem -> Pem.privateKey(pem, chain.get(0)));
        Optional<List<X509Certificate>> authorities = files.clientCa().map(ServerTls::certificates);
        try {
            SslContextBuilder forPhones = builder(key, chain);
            if (phoneCertificates) {
                forPhones.clientAuth(ClientAuth.OPTIONAL).trustManager(new PhoneTrust());
            }
            SslContext oauth = forPhones.build();
            if (phoneCertificates) {
                neverResume(oauth);
            }
            Optional<SslContext> mra = Optional.empty();
            if (authorities.isPresent()) {
                mra = Optional.of(builder(key, chain)
                        .clientAuth(ClientAuth.OPTIONAL) // without one there is an answer in SIP
                        .trustManager(new EdgeTrust(authorities.get(), edges))
                        .build());
                mra.ifPresent(ServerTls::neverResume);
            }
            return new Contexts(oauth, mra, chain.get(0).getNotAfter().toInstant());
        } catch (GeneralSecurityException | IOException unusable) {
            throw new IllegalArgumentException("cannot use " + files.certificate() + ": " + unusable.getMessage());
        }
    }

    private static SslContextBuilder builder(PrivateKey key, List<X509Certificate> chain) {
        return SslContextBuilder.forServer(key, chain.toArray(X509Certificate[]::new))
                .sslProvider(PROVIDER)
                .option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, LONGEST_CHAIN_BYTES)
                .protocols(PROTOCOLS);
    }

    /** A resumed session would pass by the list of edges, and need not know the certificate that the first one saw. */
    private static void neverResume(SslContext context) {
        if (context.sessionContext() instanceof OpenSslSessionContext openssl) {
            openssl.setSessionCacheEnabled(false);
        } else {
            context.sessionContext().setSessionTimeout(1);
            context.sessionContext().setSessionCacheSize(1);
        }
    }

    @FunctionalInterface
    private interface Reader<T> {
        T read(byte[] pem) throws GeneralSecurityException;
    }

    private static List<X509Certificate> certificates(Path file) {
        return use(file, Pem::certificates);
    }

    private static <T> T use(Path file, Reader<T> reader) {
        try {
            return reader.read(read(file));
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException(file + ": " + unusable.getMessage());
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    "cannot read " + file + ": " + unreadable.getClass().getSimpleName());
        }
    }

    private byte[] digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : List.of(
                    files.certificate(), files.privateKey(), files.clientCa().orElse(files.certificate()))) {
                digest.update(read(file));
                digest.update((byte) 0);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every JDK has it
        }
    }
}
