package org.sipoauth.authz.signing;

import org.sipoauth.keys.jwk.JwkSet;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The public keys (RFC 7517 §5), cacheable for no longer than the rotation policy allows for. */
@RestController
final class JwkSetEndpoint {
    private final KeyRingKeeper keeper;

    JwkSetEndpoint(KeyRingKeeper keeper) {
        this.keeper = keeper;
    }

    @GetMapping(path = "/oauth2/jwks", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<String> jwkSet() {
        return ResponseEntity.ok()
                .cacheControl(
                        CacheControl.maxAge(keeper.policy().jwkSetMaxAge()).cachePublic())
                .contentType(MediaType.APPLICATION_JSON)
                .body(JwkSet.toJson(keeper.lastRead()));
    }
}
