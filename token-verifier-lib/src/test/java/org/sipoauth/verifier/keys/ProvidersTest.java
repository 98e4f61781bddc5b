package org.sipoauth.verifier.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.Reason;
import org.sipoauth.verifier.TestKeys;
import org.sipoauth.verifier.TestTokens;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;

/** Whoever stands first among the process's providers verifies, where there is no table yet and for RSA; all else stays the same. */
class ProvidersTest {
    private final String[] before = names();

    @AfterEach
    void takeOut() {
        for (String name : names()) {
            if (!List.of(before).contains(name)) {
                Security.removeProvider(name);
            }
        }
        assertThat(names()).isEqualTo(before);
    }

    @Test
    void verifiesWithCorretto() throws Exception {
        assumeTrue(
                AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError() == null, "native code for Linux x86-64 alone");
        verifiesWith(AmazonCorrettoCryptoProvider.INSTANCE);
    }

    @Test
    void verifiesWithConscrypt() throws Exception {
        assumeTrue(Conscrypt.isAvailable(), "native code for this platform");
        verifiesWith(Conscrypt.newProvider());
    }

    private static void verifiesWith(Provider first) throws Exception {
        Security.insertProviderAt(first, 1);
        assertThat(Signature.getInstance("SHA256withRSA").getProvider()).isSameAs(first);
        KeySnapshot keys = KeySnapshot.parse(TestKeys.allKeys(), Instant.EPOCH); // without tables
        assertVerifies(keys);
        keys.buildTables(Runnable::run);
        assertThat(keys.keyIds().stream()
                        .filter(keyId -> keys.find(keyId).orElseThrow().usesTable()))
                .containsExactlyInAnyOrder("test-es256", "test-ed25519");
        assertVerifies(keys);
    }

    private static void assertVerifies(KeySnapshot keys) {
        TokenVerifier verifier = TokenVerifier.builder(
                        new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ZERO), () -> keys)
                .knownTokens(0)
                .decryptionKeys(DecryptionKeySource.fixed(TestKeys.decryptionKeys(TestKeys.A256GCM)))
                .insecureUnencryptedToo()
                .clock(() -> TestTokens.ISSUED)
                .build();
        for (String token : List.of(
                TestTokens.valid().sign(TestKeys.ES256),
                TestTokens.valid().sign(TestKeys.RS256),
                TestTokens.valid().sign(TestKeys.ED25519, "Ed25519"))) {
            int signature = token.lastIndexOf('.') + 1;
            String changed = token.substring(0, signature)
                    + (token.charAt(signature) == 'A' ? 'B' : 'A')
                    + token.substring(signature + 1);
            assertThat(verifier.verify(token)).isInstanceOf(Verdict.Accepted.class);
            assertThat(verifier.verify(changed))
                    .isInstanceOfSatisfying(
                            Verdict.Rejected.class,
                            rejected -> assertThat(rejected.reason()).isEqualTo(Reason.BAD_SIGNATURE));
            String nested = TestTokens.encrypt(token, TestKeys.A256GCM);
            assertThat(verifier.verify(nested)).isInstanceOf(Verdict.Accepted.class);
            assertThat(verifier.verify(nested.substring(0, nested.length() - 4) + "AAAA"))
                    .isInstanceOf(Verdict.Rejected.class);
        }
    }

    private static String[] names() {
        return List.of(Security.getProviders()).stream().map(Provider::getName).toArray(String[]::new);
    }
}
