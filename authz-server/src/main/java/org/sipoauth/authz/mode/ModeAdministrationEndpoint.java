package org.sipoauth.authz.mode;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.Defaulted;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.settings.Settings.SipOauthMode;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;

/** Switches the mode. Phones have it with their next configuration file, registrars with their next poll. */
@AdministrationEndpoint
@RequestMapping(AdministrationEndpoint.PATH + "/sip-oauth-mode")
final class ModeAdministrationEndpoint {
    private final ModeStore store;

    ModeAdministrationEndpoint(ModeStore store) {
        this.store = store;
    }

    @GetMapping
    ResponseEntity<Map<String, Object>> show() {
        return answer(store.load());
    }

    /** @param body {@code mode}: {@code enabled} or {@code disabled} */
    @PutMapping
    ResponseEntity<Map<String, Object>> change(
            @RequestBody Map<String, @Nullable Object> body, @RequestHeader HttpHeaders headers, Authentication who) {
        Expected expected = Defaulted.expected(headers);
        return answer(store.change(mode(body), expected, who.getName()));
    }

    private static ResponseEntity<Map<String, Object>> answer(ModeInForce mode) {
        return ResponseEntity.ok().eTag(Defaulted.entityTag(mode.revision())).body(mode.json());
    }

    private static SipOauthMode mode(Map<String, @Nullable Object> body) {
        for (SipOauthMode mode : SipOauthMode.values()) {
            if (body.equals(new ModeInForce(mode, Optional.empty()).json())) {
                return mode;
            }
        }
        throw new IllegalArgumentException(explain());
    }

    private static String explain() {
        return "send {\"mode\":\"enabled\"} or {\"mode\":\"disabled\"} and nothing else";
    }
}
