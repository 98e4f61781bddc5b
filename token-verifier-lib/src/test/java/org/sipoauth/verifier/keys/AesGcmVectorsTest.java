package org.sipoauth.verifier.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.impl.AESGCM;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.jca.ProviderContext;
import org.jose4j.jwe.AesGcmContentEncryptionAlgorithm;
import org.jose4j.jwe.ContentEncryptionParts;
import org.jose4j.jwx.Headers;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.internal.Jwe;
import org.sipoauth.verifier.internal.KnownHeaders;
import org.sipoauth.verifier.internal.MalformedException;

/**
 * The AES-GCM vectors of 256-bit keys among the {@link Wycheproof} vectors, by the keys that open nested tokens, by Nimbus and by
 * jose4j. Where a vector has an initialization vector of other than 96 bits, valid or not, it is none that a token may have
 * (RFC 7518 §5.3), and is refused before there is a key.
 */
class AesGcmVectorsTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final int TAG_BYTES = 16;

    private int ofOurLength;
    private int valid;
    private int ofOtherLengths;

    @Test
    void decryptsWhatIsGenuineAndNothingElse() throws Exception {
        for (Map<String, Object> group : Wycheproof.groups("aes_gcm")) {
            boolean ours = number(group, "ivSize") == 96;
            assertThat(number(group, "tagSize")).isEqualTo(8 * TAG_BYTES);
            for (Map<String, Object> test : Wycheproof.tests(group)) {
                if (ours) {
                    decide(test);
                } else {
                    assertRefusedAsToken(test);
                }
            }
        }
        assertThat(ofOurLength).isEqualTo(66);
        assertThat(valid).isEqualTo(39);
        assertThat(ofOtherLengths).isEqualTo(39);
    }

    private void decide(Map<String, Object> test) {
        Optional<byte[]> expected =
                test.get("result").equals("valid") ? Optional.of(bytes(test, "msg")) : Optional.empty();
        byte[] ciphertext = bytes(test, "ct");
        byte[] sealed = Arrays.copyOf(ciphertext, ciphertext.length + TAG_BYTES);
        System.arraycopy(bytes(test, "tag"), 0, sealed, ciphertext.length, TAG_BYTES);
        Optional<byte[]> ours =
                new DecryptionKey("k", bytes(test, "key")).decrypt(bytes(test, "iv"), bytes(test, "aad"), sealed);
        assertSame(ours, expected, test);
        assertSame(byNimbus(test), expected, test);
        assertSame(byJose4j(test), expected, test);
        ofOurLength++;
        valid += expected.isPresent() ? 1 : 0;
    }

    private static Optional<byte[]> byNimbus(Map<String, Object> test) {
        try {
            return Optional.of(AESGCM.decrypt(
                    new SecretKeySpec(bytes(test, "key"), "AES"),
                    bytes(test, "iv"),
                    bytes(test, "ct"),
                    bytes(test, "aad"),
                    bytes(test, "tag"),
                    null));
        } catch (JOSEException e) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> byJose4j(Map<String, Object> test) {
        try {
            return Optional.of(new AesGcmContentEncryptionAlgorithm.Aes256Gcm()
                    .decrypt(
                            new ContentEncryptionParts(bytes(test, "iv"), bytes(test, "ct"), bytes(test, "tag")),
                            bytes(test, "aad"),
                            bytes(test, "key"),
                            new Headers(),
                            new ProviderContext()));
        } catch (JoseException e) {
            return Optional.empty();
        }
    }

    private void assertRefusedAsToken(Map<String, Object> test) {
        String token = part("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}".getBytes(StandardCharsets.UTF_8)) + ".."
                + part(bytes(test, "iv")) + "." + part(bytes(test, "ct")) + "." + part(bytes(test, "tag"));
        assertThat(refusal(token)).as(name(test)).hasValue("initialization vector or tag of another length");
        ofOtherLengths++;
    }

    private static Optional<String> refusal(String token) {
        try {
            Jwe.parse(token, new KnownHeaders());
            return Optional.empty();
        } catch (MalformedException e) {
            return Optional.of(e.getMessage());
        }
    }

    private static void assertSame(Optional<byte[]> actual, Optional<byte[]> expected, Map<String, Object> test) {
        assertThat(actual.map(HEX::formatHex)).as(name(test)).isEqualTo(expected.map(HEX::formatHex));
    }

    private static String name(Map<String, Object> test) {
        return test.get("tcId") + " " + test.get("comment");
    }

    private static int number(Map<String, Object> group, String name) {
        return ((Number) group.get(name)).intValue();
    }

    private static byte[] bytes(Map<String, Object> test, String name) {
        return HEX.parseHex((String) test.get(name));
    }

    private static String part(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
