package org.sipoauth.authz.signing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.Members;
import org.sipoauth.authz.administration.PageRequest;
import org.sipoauth.authz.administration.RequestRefused;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@link KeyAdministration} as JSON. */
@AdministrationEndpoint
@RequestMapping(AdministrationEndpoint.PATH + "/keys")
final class KeysEndpoint {
    private static final String EXPLANATION =
            "send {\"use\":\"access_token_signing\"} and nothing else; use is access_token_signing,"
                    + " access_token_encryption or refresh_token_authentication";

    private static final String RETRY_AFTER_SECONDS = "5";

    private final KeyAdministration administration;

    KeysEndpoint(KeyAdministration administration) {
        this.administration = administration;
    }

    @GetMapping
    Map<String, Object> list(@RequestParam MultiValueMap<String, String> parameters) {
        PageRequest page = PageRequest.of(parameters, Set.of());
        List<ListedKey> shown = page.part(administration.keys(), ListedKey::kid);
        return page.answer(
                "keys",
                shown.stream().map(KeysEndpoint::json).toList(),
                shown.stream().map(ListedKey::kid).toList());
    }

    /** Makes the published successor active, without losing a token. */
    @PostMapping("/rotate")
    Map<String, Object> rotate(@RequestBody Map<String, @Nullable Object> body, Authentication who) {
        Members members = new Members(body, EXPLANATION);
        String use = members.text("use");
        members.end();
        try {
            return json(administration.rotate(use, who.getName()));
        } catch (IllegalArgumentException unknownUse) {
            throw members.refusal();
        }
    }

    /** Withdraws a leaked key at once. */
    @PostMapping("/{kid}/revoke")
    Map<String, Object> revoke(@PathVariable String kid, Authentication who) {
        return json(administration
                .revoke(kid, who.getName())
                .orElseThrow(() -> new RequestRefused(
                        HttpStatus.NOT_FOUND, "the ring has no such key; list the keys for their ids")));
    }

    @ExceptionHandler
    ProblemDetail tooEarly(IllegalStateException refused) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, String.valueOf(refused.getMessage()));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> storeAway(DataAccessResourceFailureException away) {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(ProblemDetail.forStatusAndDetail(
                        HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(away.getMessage())));
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
