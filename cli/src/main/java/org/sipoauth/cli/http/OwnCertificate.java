package org.sipoauth.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;

/**
 * A certificate of our own with its key, shown to whoever asks for one. Java's own key manager shows none where the server
 * names other authorities than the certificate's; an edge or a phone shows what it has, and is refused.
 */
public final class OwnCertificate extends X509ExtendedKeyManager {
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final String ALIAS = "own";

    private final X509Certificate[] chain;
    private final PrivateKey key;
    private volatile boolean askedFor;

    private OwnCertificate(X509Certificate[] chain, PrivateKey key) {
        this.chain = chain;
        this.key = key;
    }

    /**
     * @param certificate PEM, the certificate itself first, what goes with it behind
     * @param privateKey PEM, PKCS #8, not encrypted
     * @throws CommandFailure if a file cannot be read, or they are no pair
     */
    public static OwnCertificate read(Path certificate, Path privateKey) {
        X509Certificate[] chain = chain(certificate);
        return new OwnCertificate(chain, key(privateKey, chain[0]));
    }

    private static X509Certificate[] chain(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            X509Certificate[] chain = CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
                    .map(X509Certificate.class::cast)
                    .toArray(X509Certificate[]::new);
            if (chain.length > 0) {
                return chain;
            }
        } catch (CertificateException malformed) {
            // as if there were none
        } catch (IOException unreadable) {
            throw unusable(file, unreadable.toString(), "Name a PEM file with the certificate.");
        }
        throw unusable(file, "it holds no readable certificate", "Name a PEM file with the certificate first.");
    }

    private static PrivateKey key(Path file, X509Certificate certificate) {
        String algorithm = certificate.getPublicKey().getAlgorithm();
        try {
            Matcher pem = PRIVATE_KEY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            if (pem.find()) {
                byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
                PrivateKey key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
                if (isPair(key, certificate)) {
                    return key;
                }
            }
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            // nor is that its key
        } catch (IOException unreadable) {
            throw unusable(file, unreadable.toString(), "Name a PEM file with the key of the certificate.");
        }
        throw unusable(
                file,
                "it does not hold the key of the certificate",
                "Name a PEM file with it as an unencrypted PKCS #8 key: openssl pkcs8 -topk8 -nocrypt makes one.");
    }

    private static boolean isPair(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm();
        };
        byte[] probe = "probe".getBytes(StandardCharsets.US_ASCII);
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(probe);
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(certificate.getPublicKey());
        verifier.update(probe);
        return verifier.verify(signer.sign());
    }

    private static CommandFailure unusable(Path file, String why, String advice) {
        return new CommandFailure(ExitCodes.USAGE, "cannot use " + file + ": " + why, advice);
    }

    public X509Certificate certificate() {
        return chain[0];
    }

    /** Whether a server has asked for a certificate yet. */
    public boolean wasAskedFor() {
        return askedFor;
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        askedFor = true;
        return ALIAS;
    }

    @Override
    public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        askedFor = true;
        return ALIAS;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return chain.clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return key;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return new String[] {ALIAS};
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
