package org.sipoauth.verifier.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.util.Base64URL;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The examples of RFC 7515 appendix A and RFC 8037 appendix A.4. Those of RFC 7520 §4 are among the vectors of
 * {@link JsonWebVectorsTest}. The keys have no {@code kid} there, without which we take none; they get one here.
 */
class RfcExamplesTest {
    private static final String PAYLOAD =
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    private static final String HS256_KEY = "{\"kty\":\"oct\",\"k\":"
            + "\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}";
    private static final String HS256 =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + PAYLOAD + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    private static final String RS256_KEY = "{\"kty\":\"RSA\",\"kid\":\"k\",\"e\":\"AQAB\",\"n\":\""
            + "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZ"
            + "S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2"
            + "R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcD"
            + "TW9gb54h4FRWyuXpoQ\"}";
    private static final String RS256 = "eyJhbGciOiJSUzI1NiJ9." + PAYLOAD + "."
            + "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CU"
            + "Ar7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_d"
            + "O--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0ig"
            + "cN_IoypGlUPQGe77Rw";

    private static final String ES256_KEY = "{\"kty\":\"EC\",\"kid\":\"k\",\"crv\":\"P-256\","
            + "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
            + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}";
    private static final String ES256 = "eyJhbGciOiJFUzI1NiJ9." + PAYLOAD + "."
            + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    private static final String ES512_KEY = "{\"kty\":\"EC\",\"crv\":\"P-521\","
            + "\"x\":\"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk\","
            + "\"y\":\"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2\"}";
    private static final String ES512 = "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA."
            + "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2Y"
            + "BJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";

    private static final String UNSECURED = "eyJhbGciOiJub25lIn0." + PAYLOAD + ".";

    private static final String ED25519_KEY = "{\"kty\":\"OKP\",\"kid\":\"k\",\"crv\":\"Ed25519\","
            + "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
    private static final String ED25519 = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
            + "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

    @Test
    void acceptsRs256() { // RFC 7515 A.2
        assertThat(JwsVectors.accepts(key(RS256_KEY), RS256)).isTrue();
        assertThat(JwsVectors.accepts(key(RS256_KEY), changed(RS256))).isFalse();
    }

    @Test
    void acceptsEs256() { // RFC 7515 A.3
        assertThat(JwsVectors.accepts(key(ES256_KEY), ES256)).isTrue();
        assertThat(JwsVectors.accepts(key(ES256_KEY), changed(ES256))).isFalse();
    }

    @Test
    void acceptsEd25519() { // RFC 8037 A.4
        assertThat(JwsVectors.accepts(key(ED25519_KEY), ED25519)).isTrue();
        assertThat(JwsVectors.accepts(key(ED25519_KEY), changed(ED25519))).isFalse();
    }

    @Test
    void refusesHs256WhateverTheKey() throws Exception { // RFC 7515 A.1
        assertThat(nimbusAccepts(HS256, new MACVerifier(OctetSequenceKey.parse(HS256_KEY))))
                .isTrue();
        assertNobodysKeyAccepts(HS256);
    }

    @Test
    void refusesEs512WhateverTheKey() throws Exception { // RFC 7515 A.4
        assertThat(nimbusAccepts(ES512, new ECDSAVerifier(ECKey.parse(ES512_KEY))))
                .isTrue();
        assertNobodysKeyAccepts(ES512);
    }

    @Test
    void refusesUnsecured() { // RFC 7515 A.5
        assertNobodysKeyAccepts(UNSECURED);
    }

    @Test
    void refusesJsonSerialization() { // RFC 7515 A.7
        String[] parts = ES256.split("\\.");
        assertNobodysKeyAccepts("{\"payload\":\"" + parts[1] + "\",\"protected\":\"" + parts[0] + "\",\"signature\":\""
                + parts[2] + "\"}");
    }

    /** RFC 7797 §4.2, with ES256 in place of HS256, whose signature would not be looked at. */
    @Test
    void refusesUnencodedPayload() {
        String header = Base64URL.encode("{\"alg\":\"ES256\",\"b64\":false,\"crit\":[\"b64\"]}")
                .toString();
        assertNobodysKeyAccepts(header + ".." + ES256.split("\\.")[2]);
    }

    private static void assertNobodysKeyAccepts(String compact) {
        for (String key : List.of(RS256_KEY, ES256_KEY, ED25519_KEY)) {
            assertThat(JwsVectors.accepts(key(key), compact)).isFalse();
        }
    }

    private static VerificationKey key(String jwk) {
        return KeySnapshot.parse("{\"keys\":[" + jwk + "]}", Instant.EPOCH)
                .find("k")
                .orElseThrow();
    }

    private static String changed(String compact) {
        return compact.replace(".eyJpc3Mi", ".eyJpc3Nj").replace(".RXhh", ".RXhi"); // in the payload
    }

    private static boolean nimbusAccepts(String compact, JWSVerifier verifier) throws Exception {
        return JWSObject.parse(compact).verify(verifier);
    }
}
