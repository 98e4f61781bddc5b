package org.sipoauth.verifier;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;

/** Mints status list tokens: a valid one, and any departure from it. */
public final class TestStatusList {
    private final byte[] values;
    private final Map<String, Object> header = new LinkedHashMap<>();
    private final Map<String, Object> claims = new LinkedHashMap<>();
    private final Map<String, Object> list = new LinkedHashMap<>();

    private TestStatusList(String uri, Instant issuedAt, int bytes) {
        this.values = new byte[bytes];
        header.put("typ", "statuslist+jwt");
        header.put("alg", "ES256");
        claims.put("iss", TestTokens.ISSUER);
        claims.put("sub", uri);
        claims.put("iat", issuedAt.getEpochSecond());
        claims.put("exp", issuedAt.plusSeconds(86_400).getEpochSecond());
        claims.put("ttl", 15);
        list.put("bits", 1);
    }

    /** 1,024 statuses of one bit, none set. */
    public static TestStatusList of(String uri, Instant issuedAt) {
        return new TestStatusList(uri, issuedAt, 128);
    }

    public static TestStatusList ofBytes(String uri, Instant issuedAt, int bytes) {
        return new TestStatusList(uri, issuedAt, bytes);
    }

    public TestStatusList revoked(int... indexes) {
        for (int index : indexes) {
            values[index / 8] |= (byte) (1 << index % 8);
        }
        return this;
    }

    public TestStatusList with(String claim, Object value) {
        claims.put(claim, value);
        return this;
    }

    public TestStatusList without(String claim) {
        claims.remove(claim);
        return this;
    }

    public TestStatusList withHeader(String name, Object value) {
        header.put(name, value);
        return this;
    }

    public TestStatusList withList(String member, Object value) {
        list.put(member, value);
        return this;
    }

    /** Signed with {@link TestKeys#ES256}. */
    public String sign() {
        return sign(TestKeys.ES256);
    }

    public String sign(ECKey key) {
        list.putIfAbsent("lst", compressed(values));
        list.values().removeIf(""::equals);
        claims.putIfAbsent("status_list", list);
        header.putIfAbsent("kid", key.getKeyID());
        return TestTokens.signRaw(JSONObjectUtils.toJSONString(header), JSONObjectUtils.toJSONString(claims), key);
    }

    /** As a list's {@code lst}. */
    public static String compressed(byte[] values) {
        try {
            ByteArrayOutputStream compressed = new ByteArrayOutputStream();
            try (DeflaterOutputStream deflater = new DeflaterOutputStream(compressed)) {
                deflater.write(values);
            }
            return TestTokens.base64Url(compressed.toByteArray());
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }
}
