package org.sipoauth.authz.signing;

import java.util.Objects;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;

/**
 * Signs with the active key of the ring, whatever {@code alg} and {@code kid} the caller asks for. Spring's own encoder
 * keeps a signer for every key it has ever used; this one asks the ring each time.
 */
final class ActiveKeyEncoder implements JwtEncoder {
    private final SigningKeys keys;

    ActiveKeyEncoder(SigningKeys keys) {
        this.keys = keys;
    }

    @Override
    public Jwt encode(JwtEncoderParameters parameters) {
        ActiveSigningKey key = keys.active();
        JwtClaimsSet claims = parameters.getClaims();
        String type = typeOf(parameters);
        return new Jwt(
                key.sign(type, claims.getClaims()),
                claims.getIssuedAt(),
                claims.getExpiresAt(),
                key.header(type),
                claims.getClaims());
    }

    private static String typeOf(JwtEncoderParameters parameters) {
        String type = parameters.getJwsHeader() == null
                ? null
                : parameters.getJwsHeader().getType();
        return Objects.requireNonNullElse(type, "JWT");
    }
}
