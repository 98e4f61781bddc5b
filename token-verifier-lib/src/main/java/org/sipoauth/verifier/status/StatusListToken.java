package org.sipoauth.verifier.status;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.internal.CanonicalBase64Url;
import org.sipoauth.verifier.internal.JsonReader;
import org.sipoauth.verifier.internal.Jws;
import org.sipoauth.verifier.internal.MalformedException;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.keys.VerificationKey;

/** Verifies a status list token in JWT format, strictly (draft-ietf-oauth-status-list-20 §5.1, §8.3). */
final class StatusListToken {
    /** As many as a list of the largest size takes that does not compress, encoded twice in base64. */
    static final int MAX_LENGTH = 2 * 1024 * 1024;

    /** Decompressed: 8,388,608 statuses of one bit. */
    static final int MAX_LIST_BYTES = 1024 * 1024;

    private static final String TYPE = "statuslist+jwt";

    /** How far the issuer's clock may be ahead of ours. One from further ahead would keep out all that come after it. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private @Nullable String issuer;
    private @Nullable String subject;
    private @Nullable Instant issuedAt;
    private @Nullable Instant notBefore;
    private Instant expiresAt = Instant.MAX;
    private int bits;
    private byte @Nullable [] values;

    private StatusListToken() {}

    /**
     * @param uri where the list belongs
     * @param expectedIssuer the {@code iss}, where there is one
     * @throws MalformedException if any check fails; the message says which
     */
    static StatusList verify(String compact, String uri, String expectedIssuer, KeySource keys, Instant now)
            throws MalformedException {
        Jws jws = Jws.parse(compact, MAX_LENGTH);
        require(jws.isOfType(TYPE), "typ is not " + TYPE);
        VerificationKey key = findKey(keys, jws.keyId(), now);
        require(key.isFor(jws.algorithm()), "alg is not that of the key");
        require(key.verifies(jws.bytes(), jws.signed(), jws.signature()), "not signed by the key that it names");
        StatusListToken claims = new StatusListToken();
        claims.read(new JsonReader(jws.payload()));
        return claims.checked(uri, expectedIssuer, key.keyId(), now);
    }

    private static VerificationKey findKey(KeySource keys, @Nullable String keyId, Instant now)
            throws MalformedException {
        KeySnapshot trusted = keys.current();
        if (keyId == null || trusted.isTooOld(now)) {
            throw new MalformedException(keyId == null ? "no kid" : "no keys to verify it with");
        }
        Optional<VerificationKey> key = trusted.find(keyId);
        if (key.isEmpty()) {
            keys.keyUnknown(keyId); // only a hint; it does not wait
            throw new MalformedException("signed with a key that is not trusted");
        }
        return key.get();
    }

    private void read(JsonReader json) throws MalformedException {
        json.beginObject();
        while (json.hasNext()) {
            switch (json.name()) {
                case "iss" -> issuer = json.string();
                case "sub" -> subject = json.string();
                case "iat" -> issuedAt = json.numericDate();
                case "exp" -> expiresAt = json.numericDate();
                case "nbf" -> notBefore = json.numericDate();
                case "ttl" -> requirePositive(json.number()); // how often we poll is the operator's
                case "status_list" -> readList(json);
                default -> json.skipValue();
            }
        }
        json.end();
    }

    private static void requirePositive(BigDecimal ttl) throws MalformedException {
        require(ttl.signum() > 0, "ttl is not positive");
    }

    /** {@code aggregation_uri} is passed over with all else: addresses are configuration. */
    private void readList(JsonReader json) throws MalformedException {
        String list = null;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.name()) {
                case "bits" -> bits = json.nonNegativeInteger();
                case "lst" -> list = json.string();
                default -> json.skipValue();
            }
        }
        require(bits == 1 || bits == 2 || bits == 4 || bits == 8, "bits is neither 1, 2, 4 nor 8");
        if (list == null) {
            throw new MalformedException("no lst");
        }
        values = inflate(CanonicalBase64Url.decode(list));
    }

    private StatusList checked(String uri, String expectedIssuer, String keyId, Instant now) throws MalformedException {
        Instant latest = now.plus(CLOCK_TOLERANCE);
        require(uri.equals(subject), "sub is not the address of the list");
        require(issuer == null || issuer.equals(expectedIssuer), "iss is another");
        if (issuedAt == null || values == null) {
            throw new MalformedException(issuedAt == null ? "no iat" : "no status_list");
        }
        require(!latest.isBefore(issuedAt), "issued in the future");
        require(notBefore == null || !latest.isBefore(notBefore), "not valid yet");
        require(now.isBefore(expiresAt), "expired");
        return new StatusList(uri, keyId, issuedAt, expiresAt, bits, values);
    }

    /** One whole ZLIB stream (RFC 1950) and nothing after it, of a bounded size whatever it claims. */
    private static byte[] inflate(byte[] compressed) throws MalformedException {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(compressed);
            byte[] values = new byte[Math.min(16 * 1024, MAX_LIST_BYTES + 1)];
            int length = 0;
            while (!inflater.finished()) {
                if (length == values.length) {
                    require(length <= MAX_LIST_BYTES, "list of more than " + MAX_LIST_BYTES + " bytes");
                    values = Arrays.copyOf(values, Math.min(length * 2, MAX_LIST_BYTES + 1));
                }
                int read = inflater.inflate(values, length, values.length - length);
                require(read > 0 || inflater.finished(), "lst ends too early");
                length += read;
            }
            require(length <= MAX_LIST_BYTES, "list of more than " + MAX_LIST_BYTES + " bytes");
            require(inflater.getRemaining() == 0, "bytes after lst");
            return Arrays.copyOf(values, length);
        } catch (DataFormatException e) {
            throw new MalformedException("lst is not compressed with ZLIB");
        } finally {
            inflater.end();
        }
    }

    private static void require(boolean held, String otherwise) throws MalformedException {
        if (!held) {
            throw new MalformedException(otherwise);
        }
    }
}
