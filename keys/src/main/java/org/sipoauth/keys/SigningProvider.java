package org.sipoauth.keys;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Who signs with the keys of the ring: the Amazon Corretto Crypto Provider if it is on the class path and shows that it
 * works here, else the JDK. It signs ES256 many times as fast; nothing else of it is used, and it is not registered. It is
 * looked for beside the first signatures that phones ask for, which are the JDK's: no start waits for native code.
 */
final class SigningProvider {
    static final SigningProvider JDK = new SigningProvider(null);

    private static final Logger LOG = System.getLogger(SigningProvider.class.getName());
    private static final String CORRETTO = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";
    private static final Map<SignatureAlgorithm, CompletableFuture<SigningProvider>> CHOICES =
            new ConcurrentHashMap<>();

    /** A start signs status lists, and then nothing until phones come. */
    private static final int WITHOUT_CHOICE = 32;

    private static final AtomicInteger SIGNED = new AtomicInteger();

    /** Null: whatever the JDK has. */
    private final @Nullable Provider provider;

    private SigningProvider(@Nullable Provider provider) {
        this.provider = provider;
    }

    /** The one for the next signature: the JDK until another is chosen, which begins when there are some. */
    static SigningProvider forKeysOf(SignatureAlgorithm algorithm) {
        CompletableFuture<SigningProvider> choice = CHOICES.get(algorithm);
        if (choice == null) {
            if (SIGNED.incrementAndGet() <= WITHOUT_CHOICE) {
                return JDK;
            }
            choice = choice(algorithm);
        }
        return choice.getNow(JDK);
    }

    /** The one for good; the first call begins to look for it, and none fails. */
    static CompletableFuture<SigningProvider> choice(SignatureAlgorithm algorithm) {
        return CHOICES.computeIfAbsent(
                algorithm,
                each -> CompletableFuture.supplyAsync(() -> choose(each), SigningProvider::beside)
                        .exceptionally(failed -> {
                            LOG.log(Level.WARNING, "the JDK signs " + each.joseName(), failed);
                            return JDK;
                        }));
    }

    private static void beside(Runnable task) {
        Thread thread = new Thread(task, "who signs");
        thread.setDaemon(true);
        thread.start();
    }

    private static SigningProvider choose(SignatureAlgorithm algorithm) {
        SigningProvider chosen =
                corretto().map(provider -> choose(algorithm, provider)).orElse(JDK);
        LOG.log(Level.INFO, "{0} keys of the ring sign by {1}", algorithm.joseName(), chosen);
        return chosen;
    }

    /** The candidate, if a signature of it is one by the JDK's own measure. */
    static SigningProvider choose(SignatureAlgorithm algorithm, Provider candidate) {
        try {
            KeyPair pair = algorithm.generateKeyPair();
            byte[] input = new byte[32]; // any will do
            SigningProvider chosen = new SigningProvider(candidate);
            Signature verifier = Signature.getInstance(algorithm.signatureName());
            verifier.initVerify(pair.getPublic());
            verifier.update(input);
            if (verifier.verify(chosen.sign(algorithm, chosen.translate(algorithm, pair.getPrivate()), input))) {
                return chosen;
            }
            LOG.log(Level.ERROR, "{0} makes wrong {1} signatures: not used", candidate, algorithm.joseName());
        } catch (GeneralSecurityException | RuntimeException e) {
            LOG.log(Level.WARNING, "{0} cannot sign {1}: {2}", candidate, algorithm.joseName(), e.getMessage());
        }
        return JDK;
    }

    /** The key in the provider's own form if it has one, which saves a translation for every signature. */
    PrivateKey translate(SignatureAlgorithm algorithm, PrivateKey key) throws GeneralSecurityException {
        if (provider == null || provider.getService("KeyFactory", algorithm.keyType()) == null) {
            return key;
        }
        return (PrivateKey)
                KeyFactory.getInstance(algorithm.keyType(), provider).translateKey(key);
    }

    byte[] sign(SignatureAlgorithm algorithm, PrivateKey key, byte[] input) throws GeneralSecurityException {
        Signature signature = provider == null
                ? Signature.getInstance(algorithm.signatureName())
                : Signature.getInstance(algorithm.signatureName(), provider);
        signature.initSign(key);
        signature.update(input);
        return signature.sign();
    }

    private static Optional<Provider> corretto() {
        try {
            Class<?> type = Class.forName(CORRETTO);
            Provider corretto = (Provider) type.getField("INSTANCE").get(null);
            type.getMethod("assertHealthy").invoke(corretto);
            return Optional.ofNullable(corretto);
        } catch (ClassNotFoundException notThere) {
            return Optional.empty();
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.log(Level.WARNING, "the Corretto provider does not work on this machine", e);
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return provider == null ? "the JDK" : String.valueOf(provider);
    }
}
