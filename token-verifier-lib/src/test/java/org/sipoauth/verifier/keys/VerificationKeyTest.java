package org.sipoauth.verifier.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The published examples: keys and signatures that others made. */
class VerificationKeyTest {
    /** Of RFC 7515 appendices A.2 and A.3. */
    private static final String RFC7515_PAYLOAD =
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt" + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    @Test
    void verifiesTheRs256ExampleOfRfc7515() {
        VerificationKey key = key(
                "{\"kty\":\"RSA\",\"kid\":\"a.2\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddx"
                        + "HmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs"
                        + "D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSH"
                        + "SXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdV"
                        + "MTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8"
                        + "NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\",\"e\":\"AQAB\"}");
        String signature = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
                + "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKB"
                + "YNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
                + "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZES"
                + "c6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5A"
                + "XLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
        assertVerifies(key, "eyJhbGciOiJSUzI1NiJ9." + RFC7515_PAYLOAD, signature);
        assertThat(key.isFor("RS256")).isTrue();
        assertThat(key.isFor("ES256")).isFalse();
    }

    @Test
    void verifiesTheEs256ExampleOfRfc7515() {
        VerificationKey key = key("{\"kty\":\"EC\",\"kid\":\"a.3\",\"crv\":\"P-256\","
                + "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}");
        String signature =
                "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA" + "pmWQxfKTUJqPP3-Kg6NU1Q";
        assertVerifies(key, "eyJhbGciOiJFUzI1NiJ9." + RFC7515_PAYLOAD, signature);
        assertThat(key.isFor("ES256")).isTrue();
        assertThat(key.isFor("RS256")).isFalse();
    }

    @Test
    void verifiesTheEd25519ExampleOfRfc8037() {
        VerificationKey key = key("{\"kty\":\"OKP\",\"kid\":\"a.4\",\"crv\":\"Ed25519\","
                + "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}");
        String signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        assertVerifies(key, "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc", signature);
        assertThat(key.isFor("EdDSA")).isTrue();
        assertThat(key.isFor("Ed25519")).isTrue();
        assertThat(key.isFor("Ed448")).isFalse();
    }

    /** CVE-2022-21449: zeros, and the other values outside [1, n-1] that stand for them. */
    @Test
    void rejectsEs256ScalarsOutOfRange() {
        VerificationKey key = key("{\"kty\":\"EC\",\"kid\":\"a.3\",\"crv\":\"P-256\","
                + "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}");
        BigInteger order = new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
        byte[] message = {1, 2, 3};
        for (BigInteger r : new BigInteger[] {BigInteger.ZERO, BigInteger.ONE, order}) {
            for (BigInteger s : new BigInteger[] {BigInteger.ZERO, BigInteger.ONE, order}) {
                assertThat(key.verifies(message, concatenated(r, s))).isFalse();
            }
        }
    }

    @Test
    void namesItselfWithoutKeyMaterial() {
        VerificationKey key = key("{\"kty\":\"OKP\",\"kid\":\"a.4\",\"crv\":\"Ed25519\","
                + "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}");
        assertThat(key).hasToString("ED25519 a.4");
        assertThat(key.keyId()).isEqualTo("a.4");
    }

    private static void assertVerifies(VerificationKey key, String signingInput, String signature) {
        byte[] message = signingInput.getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = Base64.getUrlDecoder().decode(signature);
        assertThat(key.verifies(message, bytes)).isTrue();
        message[0] ^= 1;
        assertThat(key.verifies(message, bytes)).isFalse();
        message[0] ^= 1;
        bytes[bytes.length - 1] ^= 1;
        assertThat(key.verifies(message, bytes)).isFalse();
        assertThat(key.verifies(message, new byte[0])).isFalse();
    }

    private static byte[] concatenated(BigInteger r, BigInteger s) {
        byte[] signature = new byte[64];
        byte[] rBytes = r.toByteArray();
        byte[] sBytes = s.toByteArray();
        int rLength = Math.min(32, rBytes.length);
        int sLength = Math.min(32, sBytes.length);
        System.arraycopy(rBytes, rBytes.length - rLength, signature, 32 - rLength, rLength);
        System.arraycopy(sBytes, sBytes.length - sLength, signature, 64 - sLength, sLength);
        return signature;
    }

    private static VerificationKey key(String jwk) {
        KeySnapshot keys = KeySnapshot.parse("{\"keys\":[" + jwk + "]}", Instant.EPOCH);
        return keys.find(keys.keyIds().iterator().next()).orElseThrow();
    }
}
