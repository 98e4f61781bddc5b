package org.sipoauth.authz.signing;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.RingKey;
import org.springframework.security.oauth2.jwt.JoseHeaderNames;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;

/**
 * Signs with the active key of the ring, whatever {@code alg} and {@code kid} the caller asks for. Spring's own encoder
 * keeps a signer for every key it has ever used; this one asks the ring each time.
 */
final class ActiveKeyEncoder implements JwtEncoder {
    private final CurrentKeyRing ring;

    ActiveKeyEncoder(CurrentKeyRing ring) {
        this.ring = ring;
    }

    @Override
    public Jwt encode(JwtEncoderParameters parameters) {
        RingKey key = ring.get().active(KeyUse.ACCESS_TOKEN_SIGNING);
        JwtClaimsSet claims = parameters.getClaims();

        Map<String, Object> header = new LinkedHashMap<>();
        header.put(JoseHeaderNames.KID, key.id().value());
        header.put(JoseHeaderNames.TYP, typeOf(parameters));
        header.put(JoseHeaderNames.ALG, key.algorithm().joseName());

        String signingInput = encode(header) + "." + encode(json(claims.getClaims()));
        byte[] signature = key.sign(signingInput.getBytes(StandardCharsets.US_ASCII));
        return new Jwt(
                signingInput + "." + Base64URL.encode(signature),
                claims.getIssuedAt(),
                claims.getExpiresAt(),
                header,
                claims.getClaims());
    }

    private static String typeOf(JwtEncoderParameters parameters) {
        String type = parameters.getJwsHeader() == null
                ? null
                : parameters.getJwsHeader().getType();
        return Objects.requireNonNullElse(type, "JWT");
    }

    /** Times as seconds (RFC 7519 §2), an audience of one as a string (§4.1.3). */
    private static Map<String, Object> json(Map<String, Object> claims) {
        Map<String, Object> json = new LinkedHashMap<>();
        claims.forEach((name, value) -> json.put(name, jsonValue(name, value)));
        return json;
    }

    private static Object jsonValue(String name, Object value) {
        if (value instanceof Instant instant) {
            return instant.getEpochSecond();
        }
        if (name.equals("aud") && value instanceof List<?> audience && audience.size() == 1) {
            return audience.get(0);
        }
        return value instanceof java.util.Date date ? date.getTime() / 1000 : value;
    }

    private static String encode(Map<String, Object> json) {
        return Base64URL.encode(JSONObjectUtils.toJSONString(json)).toString();
    }
}
