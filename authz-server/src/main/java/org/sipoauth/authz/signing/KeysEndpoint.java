package org.sipoauth.authz.signing;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.sipoauth.keys.KeyId;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RingKey;
import org.sipoauth.keys.store.KeyRingStoreException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The key ring for administrators: what is in it, never what is secret, and its two changes by hand. */
@RestController
@RequestMapping("/admin/api/v1/keys")
final class KeysEndpoint {
    private final KeyRingKeeper keeper;
    private final KeyVault vault;

    KeysEndpoint(KeyRingKeeper keeper, KeyVault vault) {
        this.keeper = keeper;
        this.vault = vault;
    }

    record Rotation(String use) {}

    @GetMapping
    Map<String, Object> list() {
        return json(keeper.lastRead());
    }

    /** Makes the published successor active, without losing a token. */
    @PostMapping("/rotate")
    Map<String, Object> rotate(@RequestBody Rotation rotation, Authentication who) {
        KeyUse use = KeyUse.valueOf(String.valueOf(rotation.use()).toUpperCase(Locale.ROOT));
        return json(keeper.change(who.getName(), (ring, now) -> ring.rotate(use, keeper.policy(), vault, now)));
    }

    /** Withdraws a leaked key at once. */
    @PostMapping("/{kid}/revoke")
    ResponseEntity<Object> revoke(@PathVariable String kid, Authentication who) {
        if (keeper.lastRead().keys().stream().noneMatch(key -> key.id().value().equals(kid))) {
            ProblemDetail unknown = ProblemDetail.forStatusAndDetail(
                    HttpStatus.NOT_FOUND, "the ring has no such key; list the keys for their ids");
            return ResponseEntity.of(unknown).build();
        }
        KeyRing after =
                keeper.change(who.getName(), (ring, now) -> ring.revoke(new KeyId(kid), keeper.policy(), vault, now));
        return ResponseEntity.ok(json(after));
    }

    @ExceptionHandler
    ProblemDetail tooEarly(IllegalStateException refused) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, String.valueOf(refused.getMessage()));
    }

    @ExceptionHandler
    ProblemDetail misunderstood(IllegalArgumentException unknownUse) {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST,
                "use is access_token_signing, access_token_encryption or refresh_token_authentication");
    }

    @ExceptionHandler
    ProblemDetail storeAway(KeyRingStoreException away) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(away.getMessage()));
    }

    private static Map<String, Object> json(KeyRing ring) {
        return Map.of("keys", ring.keys().stream().map(KeysEndpoint::json).toList());
    }

    private static Map<String, Object> json(RingKey key) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kid", key.id().value());
        json.put("use", key.use().name().toLowerCase(Locale.ROOT));
        json.put("state", key.state().name().toLowerCase(Locale.ROOT));
        if (key.use() == KeyUse.ACCESS_TOKEN_SIGNING) {
            json.put("alg", key.algorithm().joseName());
        }
        json.put("published_at", key.publishedAt().toString());
        key.activatedAt().ifPresent(at -> json.put("activated_at", at.toString()));
        key.endedAt().ifPresent(at -> json.put("ended_at", at.toString()));
        return json;
    }
}
