package org.sipoauth.authz.signing;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.Members;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.keys.KeyId;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RingKey;
import org.sipoauth.keys.store.KeyRingStoreException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;

/** The key ring for administrators: what is in it, never what is secret, and its two changes by hand. */
@AdministrationEndpoint
@RequestMapping(AdministrationEndpoint.PATH + "/keys")
final class KeysEndpoint {
    private final KeyRingKeeper keeper;
    private final KeyVault vault;

    KeysEndpoint(KeyRingKeeper keeper, KeyVault vault) {
        this.keeper = keeper;
        this.vault = vault;
    }

    private static final String EXPLANATION =
            "send {\"use\":\"access_token_signing\"} and nothing else; use is access_token_signing,"
                    + " access_token_encryption or refresh_token_authentication";

    @GetMapping
    Map<String, Object> list() {
        return json(keeper.lastRead());
    }

    /** Makes the published successor active, without losing a token. */
    @PostMapping("/rotate")
    Map<String, Object> rotate(@RequestBody Map<String, @Nullable Object> body, Authentication who) {
        KeyUse use = use(body);
        return json(keeper.change(who.getName(), (ring, now) -> ring.rotate(use, keeper.policy(), vault, now)));
    }

    /** Withdraws a leaked key at once. */
    @PostMapping("/{kid}/revoke")
    Map<String, Object> revoke(@PathVariable String kid, Authentication who) {
        if (keeper.lastRead().keys().stream().noneMatch(key -> key.id().value().equals(kid))) {
            throw new RequestRefused(HttpStatus.NOT_FOUND, "the ring has no such key; list the keys for their ids");
        }
        return json(
                keeper.change(who.getName(), (ring, now) -> ring.revoke(new KeyId(kid), keeper.policy(), vault, now)));
    }

    @ExceptionHandler
    ProblemDetail tooEarly(IllegalStateException refused) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, String.valueOf(refused.getMessage()));
    }

    @ExceptionHandler
    ProblemDetail storeAway(KeyRingStoreException away) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(away.getMessage()));
    }

    private static KeyUse use(Map<String, @Nullable Object> body) {
        Members members = new Members(body, EXPLANATION);
        String use = members.text("use");
        members.end();
        return Arrays.stream(KeyUse.values())
                .filter(known -> small(known).equals(use))
                .findFirst()
                .orElseThrow(members::refusal);
    }

    private static String small(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> json(KeyRing ring) {
        return Map.of("keys", ring.keys().stream().map(KeysEndpoint::json).toList());
    }

    private static Map<String, Object> json(RingKey key) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kid", key.id().value());
        json.put("use", small(key.use()));
        json.put("state", small(key.state()));
        if (key.use() == KeyUse.ACCESS_TOKEN_SIGNING) {
            json.put("alg", key.algorithm().joseName());
        }
        json.put("published_at", key.publishedAt().toString());
        key.activatedAt().ifPresent(at -> json.put("activated_at", at.toString()));
        key.endedAt().ifPresent(at -> json.put("ended_at", at.toString()));
        return json;
    }
}
