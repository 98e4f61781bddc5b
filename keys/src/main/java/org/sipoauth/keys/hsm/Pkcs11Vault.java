package org.sipoauth.keys.hsm;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyState;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RingKey;
import org.sipoauth.keys.SignatureAlgorithm;

/**
 * Makes and uses signing keys in an HSM, through the JDK's PKCS #11 provider. A private half is generated there, is
 * sensitive and not extractable, and its label is the key id; what travels with the ring is the public half. ES256 and
 * RS256: the provider has no Ed25519.
 *
 * <p>The label {@code sipoauth:<kid>} marks a key as ours; no other object of the token is ever touched.
 */
public final class Pkcs11Vault implements KeyVault {
    private static final String LABEL_PREFIX = "sipoauth:";

    private final Provider provider;
    private final KeyStore token;

    private Pkcs11Vault(Provider provider, KeyStore token) {
        this.provider = provider;
        this.token = token;
    }

    /**
     * Opens a session.
     *
     * @param library the module of the HSM's maker, such as {@code libsofthsm2.so}
     * @param slot the slot's id, as {@code pkcs11-tool --list-slots} prints it
     * @throws IllegalStateException if the module, the slot or the PIN is wrong; the message says which to look at and
     *     not the PIN
     */
    public static Pkcs11Vault open(Path library, long slot, char[] pin) {
        if (!Files.isReadable(library)) {
            throw new IllegalStateException("there is no PKCS #11 module at " + library);
        }
        String configuration = """
                --name = sipoauth-%d
                library = %s
                slot = %d
                attributes(generate, CKO_PRIVATE_KEY, *) = {
                  CKA_SENSITIVE = true
                  CKA_EXTRACTABLE = false
                }
                """.formatted(slot, library.toAbsolutePath(), slot);
        try {
            Provider provider = Security.getProvider("SunPKCS11").configure(configuration);
            KeyStore token = KeyStore.getInstance("PKCS11", provider);
            token.load(null, pin);
            return new Pkcs11Vault(provider, token);
        } catch (InvalidParameterException | ProviderException | GeneralSecurityException e) {
            throw new IllegalStateException("slot " + slot + " of " + library + " cannot be opened: check the slot", e);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "slot " + slot + " of " + library + " does not accept the PIN, or is locked", e);
        }
    }

    @Override
    public JWK generate(SignatureAlgorithm algorithm) {
        try {
            return switch (algorithm) {
                case ES256 -> {
                    KeyPair pair = generatePair("EC", new ECGenParameterSpec("secp256r1"));
                    yield keep(
                            pair,
                            new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic())
                                    .keyUse(KeyUse.SIGNATURE)
                                    .algorithm(JWSAlgorithm.ES256)
                                    .keyIDFromThumbprint()
                                    .build());
                }
                case RS256 -> {
                    KeyPair pair = generatePair("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
                    yield keep(
                            pair,
                            new RSAKey.Builder((RSAPublicKey) pair.getPublic())
                                    .keyUse(KeyUse.SIGNATURE)
                                    .algorithm(JWSAlgorithm.RS256)
                                    .keyIDFromThumbprint()
                                    .build());
                }
                case ED25519 ->
                    throw new IllegalArgumentException(
                            "an HSM makes no Ed25519 keys through the JDK's provider: set ES256 or RS256");
            };
        } catch (GeneralSecurityException | JOSEException | ProviderException e) {
            throw new IllegalStateException("the HSM made no key for " + algorithm.joseName(), e);
        }
    }

    @Override
    public Signer signer(JWK jwk) {
        if (jwk.isPrivate()) {
            return KeyVault.inRing().signer(jwk); // from before the HSM: it works until it is retired
        }
        PrivateKey key = privateKey(jwk);
        String signatureName =
                SignatureAlgorithm.ofJoseName(jwk.getAlgorithm().getName()).signatureName();
        return signingInput -> sign(signatureName, key, signingInput);
    }

    private byte[] sign(String signatureName, PrivateKey key, byte[] signingInput) {
        try {
            Signature signature = Signature.getInstance(signatureName, provider);
            signature.initSign(key);
            signature.update(signingInput);
            return signature.sign();
        } catch (GeneralSecurityException | ProviderException e) {
            throw new IllegalStateException("the HSM did not sign", e);
        }
    }

    PrivateKey privateKey(JWK jwk) {
        try {
            if (token.getKey(LABEL_PREFIX + jwk.getKeyID(), null) instanceof PrivateKey key) {
                return key;
            }
        } catch (GeneralSecurityException | ProviderException e) {
            throw new IllegalStateException("the HSM does not give access to key " + jwk.getKeyID(), e);
        }
        throw new IllegalStateException("the HSM has no key " + jwk.getKeyID() + " (label " + LABEL_PREFIX
                + jwk.getKeyID() + "): is this the token that the ring was made with?");
    }

    @Override
    public void discardUnused(KeyRing stored) {
        Set<String> used = stored.keys().stream()
                .filter(key -> key.use() == org.sipoauth.keys.KeyUse.ACCESS_TOKEN_SIGNING)
                .filter(key -> key.state() == KeyState.PUBLISHED || key.state() == KeyState.ACTIVE)
                .map(RingKey::id)
                .map(id -> LABEL_PREFIX + id)
                .collect(Collectors.toSet());
        try {
            for (String label : labels()) {
                if (!used.contains(label)) {
                    token.deleteEntry(label);
                }
            }
        } catch (GeneralSecurityException | ProviderException e) {
            throw new IllegalStateException("the HSM keeps a private key that the ring has no use for any more", e);
        }
    }

    /** The labels of our keys in the token. */
    List<String> labels() throws GeneralSecurityException {
        return Collections.list(token.aliases()).stream()
                .filter(label -> label.startsWith(LABEL_PREFIX))
                .toList();
    }

    private KeyPair generatePair(String algorithm, AlgorithmParameterSpec parameters) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, provider);
        generator.initialize(parameters);
        return generator.generateKeyPair();
    }

    private JWK keep(KeyPair pair, JWK publicJwk) throws GeneralSecurityException {
        X509Certificate certificate = SelfSignedCertificate.of(pair, publicJwk.getKeyID(), provider);
        token.setKeyEntry(
                LABEL_PREFIX + publicJwk.getKeyID(), pair.getPrivate(), null, new X509Certificate[] {certificate});
        return publicJwk;
    }

    @Override
    public String toString() {
        return provider.getName();
    }
}
