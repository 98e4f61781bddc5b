package org.sipoauth.authz.signing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.dao.DataAccessResourceFailureException;
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

/** {@link KeyAdministration} as JSON. */
@RestController
@RequestMapping("/admin/api/v1/keys")
final class KeysEndpoint {
    private final KeyAdministration administration;

    KeysEndpoint(KeyAdministration administration) {
        this.administration = administration;
    }

    record Rotation(String use) {}

    @GetMapping
    Map<String, Object> list() {
        return json(administration.keys());
    }

    /** Makes the published successor active, without losing a token. */
    @PostMapping("/rotate")
    Map<String, Object> rotate(@RequestBody Rotation rotation, Authentication who) {
        return json(administration.rotate(String.valueOf(rotation.use()), who.getName()));
    }

    /** Withdraws a leaked key at once. */
    @PostMapping("/{kid}/revoke")
    ResponseEntity<Object> revoke(@PathVariable String kid, Authentication who) {
        Optional<List<ListedKey>> after = administration.revoke(kid, who.getName());
        if (after.isEmpty()) {
            ProblemDetail unknown = ProblemDetail.forStatusAndDetail(
                    HttpStatus.NOT_FOUND, "the ring has no such key; list the keys for their ids");
            return ResponseEntity.of(unknown).build();
        }
        return ResponseEntity.ok(json(after.get()));
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
    ProblemDetail storeAway(DataAccessResourceFailureException away) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(away.getMessage()));
    }

    private static Map<String, Object> json(List<ListedKey> keys) {
        return Map.of("keys", keys.stream().map(KeysEndpoint::json).toList());
    }

    private static Map<String, Object> json(ListedKey key) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kid", key.kid());
        json.put("use", key.use());
        json.put("state", key.state());
        key.algorithm().ifPresent(name -> json.put("alg", name));
        json.put("published_at", key.publishedAt().toString());
        key.activatedAt().ifPresent(at -> json.put("activated_at", at.toString()));
        key.endedAt().ifPresent(at -> json.put("ended_at", at.toString()));
        return json;
    }
}
