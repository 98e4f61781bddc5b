package org.sipoauth.verifier.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.Reason;
import org.sipoauth.verifier.TestKeys;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;

/**
 * The JSON web signature, key and encryption vectors among the {@link Wycheproof} vectors, by our parsers of tokens and
 * JWK Sets and by the keys in these. Where they say valid and we refuse, it is for want of the algorithm; where they say
 * invalid and we do not refuse, it is one key, named below.
 */
class JsonWebVectorsTest {
    /** All that a valid vector asks for and we do not take, by what its header says and the number of them. */
    private static final Map<String, Integer> OTHER_ALGORITHMS = Map.of(
            "HS256", 1 + 2 + 6, // alone, RFC 7520 §4.4 twice, spellings
            "RS384", 4,
            "RS512", 4,
            "PS256", 6,
            "PS384", 4 + 2, // RFC 7520 §4.2 twice
            "PS512", 4,
            "ES512", 2, // RFC 7520 §4.3 twice
            "no base64url", 1); // HS256 again, with a ? in the header, which the vector takes and RFC 7515 §2 does not

    private static final Map<String, Integer> OTHER_ALGORITHMS_OF_KEYS = Map.of("HS256", 2, "HS384", 1, "HS512", 1);

    /**
     * The modulus has the form that one maker's cards gave it, which makes it easy to factor (CVE-2017-15361). Whose keys we take is
     * configured, and our server makes them with the JDK or an HSM: whether a key is a good one, beyond its size and exponent, is
     * for who makes it.
     */
    private static final Set<String> TAKEN_ALTHOUGH_INVALID = Set.of("7 rejectsKeyWithRocaVulnerability");

    private final Map<String, Integer> otherAlgorithms = new TreeMap<>();
    private final List<String> accepted = new ArrayList<>();
    private final List<String> takenAlthoughInvalid = new ArrayList<>();

    /**
     * Among them: HMAC with the public key's bytes, a key in the token's own header, {@code none}, a PKCS #1 padding changed in 180 ways,
     * signatures with r or s at 0, 1, n-1 and n, the JSON serialization.
     */
    @Test
    void jsonWebSignatures() throws Exception {
        assertThat(decide("json_web_signature")).isEqualTo(401);
        assertThat(otherAlgorithms).isEqualTo(OTHER_ALGORITHMS);
        assertThat(takenAlthoughInvalid).isEmpty();
        assertThat(accepted)
                .containsExactly(
                        "18 acceptsValid",
                        "33 acceptsValid",
                        "259 emptyPayload",
                        "260 allZeroPayload",
                        "261 oneBytePayload",
                        "262 normalPayload",
                        "263 normalPayload",
                        "345 Figure13", // RFC 7520 §4.1
                        "349 Figure13",
                        "378 valid");
    }

    /** Among them: keys for another use, of 1,024 bits, with exponent 1, off the curve, of another curve or algorithm. */
    @Test
    void jsonWebKeys() throws Exception {
        assertThat(decide("json_web_key")).isEqualTo(26);
        assertThat(otherAlgorithms).isEqualTo(OTHER_ALGORITHMS_OF_KEYS);
        assertThat(takenAlthoughInvalid).containsExactlyInAnyOrderElementsOf(TAKEN_ALTHOUGH_INVALID);
        assertThat(accepted).containsExactly("5 acceptsValid");
    }

    /**
     * None is encrypted as ours are, with {@code dir} and {@code A256GCM} (RFC 7520 §5.6 is A128GCM): a JWE is no JWS to who has no
     * decryption key, and who has that very key takes no other algorithm with it.
     */
    @Test
    void jsonWebEncryption() throws Exception {
        Expectations expectations = new Expectations("https://authz.example.com", "sip:example.com", Duration.ZERO);
        KeySource keys = KeySource.fixed(TestKeys.allKeys());
        TokenVerifier verifier = new TokenVerifier(expectations, keys);
        int asked = 0;
        int direct = 0;
        int askedWithKey = 0;
        for (Map<String, Object> group : Wycheproof.groups("json_web_encryption")) {
            for (Map<String, Object> test : Wycheproof.tests(group)) {
                asked++;
                String jwe = text(test.get("jwe"));
                Map<String, Object> header = header(jwe);
                direct += "dir".equals(header.get("alg")) && "A256GCM".equals(header.get("enc")) ? 1 : 0;
                assertThat(verifier.verify(jwe))
                        .as(name(test))
                        .isInstanceOfSatisfying(
                                Verdict.Rejected.class,
                                rejected -> assertThat(rejected.reason()).isEqualTo(Reason.MALFORMED));
                Optional<DecryptionKeySource> key = decryptionKey(group);
                if (key.isPresent()) {
                    askedWithKey++;
                    TokenVerifier decrypting = TokenVerifier.builder(expectations, keys)
                            .decryptionKeys(key.get())
                            .build();
                    assertThat(decrypting.verify(jwe)).as(name(test)).isInstanceOf(Verdict.Rejected.class);
                }
            }
        }
        assertThat(asked).isEqualTo(139);
        assertThat(askedWithKey).isEqualTo(42);
        assertThat(direct).isZero();
    }

    /** The group's key as one of ours, whatever algorithm it is for there; empty where it is not of 256 bits. */
    private static Optional<DecryptionKeySource> decryptionKey(Map<String, Object> group) throws ParseException {
        Map<String, Object> theirs = JSONObjectUtils.getJSONObject(group, "key");
        if (theirs == null) {
            return Optional.empty();
        }
        Map<String, Object> key = new TreeMap<>(theirs);
        key.remove("alg");
        key.putIfAbsent("kid", "k");
        try {
            return Optional.of(DecryptionKeySource.fixed(JSONObjectUtils.toJSONString(Map.of("keys", List.of(key)))));
        } catch (IllegalArgumentException otherSize) {
            return Optional.empty();
        }
    }

    private int decide(String file) throws Exception {
        int asked = 0;
        for (Map<String, Object> group : Wycheproof.groups(file)) {
            Map<String, Object> key = JSONObjectUtils.getJSONObject(group, "key");
            String jwkSet = JSONObjectUtils.toJSONString(key.containsKey("keys") ? key : Map.of("keys", List.of(key)));
            for (Map<String, Object> test : Wycheproof.tests(group)) {
                asked++;
                String jws = text(test.get("jws"));
                boolean valid = test.get("result").equals("valid");
                if (JwsVectors.accepts(jwkSet, jws)) {
                    (valid ? accepted : takenAlthoughInvalid).add(name(test));
                } else if (valid) {
                    otherAlgorithms.merge((String) header(jws).getOrDefault("alg", "no base64url"), 1, Integer::sum);
                }
            }
        }
        return asked;
    }

    private static String name(Map<String, Object> test) {
        return test.get("tcId") + " " + test.get("comment");
    }

    /** A vector in the JSON serialization is an object. */
    private static String text(Object token) {
        return token instanceof String compact ? compact : String.valueOf(token);
    }

    private static Map<String, Object> header(String compact) throws Exception {
        try {
            byte[] header = Base64.getUrlDecoder().decode(compact.split("\\.", 2)[0]);
            return JSONObjectUtils.parse(new String(header, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | ParseException e) {
            return Map.of();
        }
    }
}
