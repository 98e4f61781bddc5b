package org.sipoauth.verifier.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.verifier.TestKeys;
import org.sipoauth.verifier.refresh.Threads;

class DecryptionKeysTest {
    private static final String K = "A".repeat(43);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",\"use\":\"enc\"",
                ",\"alg\":\"dir\"",
                ",\"alg\":\"A256GCM\"",
                ",\"key_ops\":[\"encrypt\",\"decrypt\"]",
                ",\"x\":[1]"
            })
    void readsKeysThatCanDecrypt(String more) {
        DecryptionKeys keys = DecryptionKeys.parse(set(oct("a", K, more)));
        assertThat(keys.keyIds()).containsExactly("a");
        assertThat(keys.find("a")).isPresent();
        assertThat(keys.find("b")).isEmpty();
    }

    @Test
    void passesOverKeysThatCannot() {
        for (String other : new String[] {
            oct("b", K, ",\"use\":\"sig\""),
            oct("b", K, ",\"alg\":\"A256KW\""),
            oct("b", K, ",\"alg\":1"),
            oct("b", K, ",\"key_ops\":[\"encrypt\"]"),
            oct("b", "A".repeat(22), ""),
            oct("b", "A".repeat(42) + "B", ""), // not canonical
            oct("b", "A".repeat(86), ""),
            oct("", K, ""),
            "{\"kty\":\"oct\",\"k\":\"" + K + "\"}",
            "{\"kty\":\"oct\",\"kid\":\"b\"}",
            TestKeys.ES256.toJSONString()
        }) {
            assertThat(DecryptionKeys.parse(set(other + "," + oct("a", K, ""))).keyIds())
                    .as(other)
                    .containsExactly("a");
            assertThatIllegalArgumentException().isThrownBy(() -> DecryptionKeys.parse(set(other)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"keys\":[]}", "{\"keys\":[{}]}x", "[]"})
    void refusesDocumentsWithoutKeys(String document) {
        assertThatIllegalArgumentException().isThrownBy(() -> DecryptionKeys.parse(document));
    }

    @Test
    void refusesTwoKeysOfOneName() {
        String two = set(oct("a", K, "") + "," + oct("a", "B".repeat(42) + "A", ""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DecryptionKeys.parse(two))
                .withMessageNotContaining(K);
    }

    @Test
    void trustsTheSameKeyHoweverOftenItIsRead() {
        OctetSequenceKey key = TestKeys.a256gcm("a");
        DecryptionKeys keys = DecryptionKeys.parse(TestKeys.decryptionKeys(key));
        DecryptionKey ours = keys.find("a").orElseThrow();
        assertThat(keys.trusts(ours)).isTrue();
        assertThat(DecryptionKeys.parse(TestKeys.decryptionKeys(key)).trusts(ours))
                .isTrue();
        assertThat(DecryptionKeys.parse(TestKeys.decryptionKeys(TestKeys.a256gcm("a")))
                        .trusts(ours))
                .isFalse();
        assertThat(DecryptionKeys.none().trusts(ours)).isFalse();
    }

    @Test
    void showsNoKeyInText() {
        DecryptionKeys keys = DecryptionKeys.parse(set(oct("a", K, "")));
        assertThat(keys).hasToString("decryption keys [a]");
        assertThat(keys.find("a").orElseThrow()).hasToString("a");
        assertThat(JwkSet.read(set(oct("a", K, "")).getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .hasToString("[JWK a]");
    }

    @Test
    void takesUpKeysThatReplaceTheFileAndKeepsThemWhileItIsBroken(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("decryption-keys.json");
        assertThatThrownBy(() -> DecryptionKeySource.file(file)).isInstanceOf(UncheckedIOException.class);
        Files.writeString(file, TestKeys.decryptionKeys(TestKeys.a256gcm("first")));
        try (DecryptionKeySource keys = DecryptionKeySource.file(file, Duration.ofMillis(10))) {
            assertThat(keys.current().keyIds()).containsExactly("first");
            replace(file, TestKeys.decryptionKeys(TestKeys.a256gcm("first"), TestKeys.a256gcm("second")));
            await().until(() -> keys.current().find("second").isPresent());
            replace(file, "{\"keys\":[]}");
            replace(file, TestKeys.decryptionKeys(TestKeys.a256gcm("third")));
            await().until(() -> keys.current().find("third").isPresent());
        }
        assertThat(Threads.named("sipoauth-decryption-keys-file")).isEmpty();
    }

    private static void replace(Path file, String document) throws IOException {
        Path next = file.resolveSibling("next");
        Files.writeString(next, document);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String oct(String keyId, String k, String more) {
        return "{\"kty\":\"oct\",\"kid\":\"" + keyId + "\",\"k\":\"" + k + "\"" + more + "}";
    }

    private static String set(String keys) {
        return "{\"keys\":[" + keys + "]}";
    }
}
