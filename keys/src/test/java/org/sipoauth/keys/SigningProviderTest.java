package org.sipoauth.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serial;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactorySpi;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureSpi;
import java.security.spec.KeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SigningProviderTest {
    private static final byte[] INPUT = {1, 2, 3};

    @ParameterizedTest
    @EnumSource(SignatureAlgorithm.class)
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void takesTheCorrettoProviderWhereItIsOnTheClassPath(SignatureAlgorithm algorithm) throws Exception {
        SigningProvider chosen = SigningProvider.choice(algorithm).get();

        assertThat(chosen.toString()).startsWith("AmazonCorrettoCryptoProvider");
        assertThat(isSignedBy(chosen, algorithm)).isTrue();
    }

    @Test
    void signsByTheJdkWhereTheProviderLacksTheAlgorithm() throws Exception {
        SigningProvider chosen = SigningProvider.choose(SignatureAlgorithm.ES256, new Provider("Empty", "1", "") {
            @Serial
            private static final long serialVersionUID = 1L;
        });

        assertThat(chosen).hasToString("the JDK");
        assertThat(isSignedBy(chosen, SignatureAlgorithm.ES256)).isTrue();
    }

    @Test
    void signsByTheJdkWhereTheProvidersSignaturesAreWrong() throws Exception {
        SigningProvider chosen = SigningProvider.choose(SignatureAlgorithm.ES256, new Wrong());

        assertThat(chosen).hasToString("the JDK");
        assertThat(isSignedBy(chosen, SignatureAlgorithm.ES256)).isTrue();
    }

    private static boolean isSignedBy(SigningProvider provider, SignatureAlgorithm algorithm) throws Exception {
        KeyPair pair = algorithm.generateKeyPair();
        byte[] signature = provider.sign(algorithm, provider.translate(algorithm, pair.getPrivate()), INPUT);
        Signature verifier = Signature.getInstance(algorithm.signatureName());
        verifier.initVerify(pair.getPublic());
        verifier.update(INPUT);
        return verifier.verify(signature);
    }

    /** Has what is asked for, and signs with zeros. */
    private static final class Wrong extends Provider {
        @Serial
        private static final long serialVersionUID = 1L;

        Wrong() {
            super("Wrong", "1", "");
            put("Signature.SHA256withECDSAinP1363Format", Zeros.class.getName());
            put("KeyFactory.EC", SameKey.class.getName());
        }
    }

    public static final class Zeros extends SignatureSpi {
        @Override
        protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
            throw new InvalidKeyException();
        }

        @Override
        protected void engineInitSign(PrivateKey key) {
            // any will do
        }

        @Override
        protected void engineUpdate(byte b) {
            // signs nothing
        }

        @Override
        protected void engineUpdate(byte[] bytes, int from, int length) {
            // signs nothing
        }

        @Override
        protected byte[] engineSign() {
            return new byte[64];
        }

        @Override
        protected boolean engineVerify(byte[] signature) {
            return false;
        }

        @Override
        @Deprecated
        protected void engineSetParameter(String name, Object value) {
            throw new UnsupportedOperationException();
        }

        @Override
        @Deprecated
        protected Object engineGetParameter(String name) {
            throw new UnsupportedOperationException();
        }
    }

    public static final class SameKey extends KeyFactorySpi {
        @Override
        protected PublicKey engineGeneratePublic(KeySpec spec) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected PrivateKey engineGeneratePrivate(KeySpec spec) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected <T extends KeySpec> T engineGetKeySpec(Key key, Class<T> spec) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected Key engineTranslateKey(Key key) {
            return key;
        }
    }
}
