package org.sipoauth.authz.mode;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.settings.Settings.SipOauthMode;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;

/** Switches the mode. Phones have it with their next configuration file, registrars with their next poll. */
@AdministrationEndpoint
@RequestMapping(AdministrationEndpoint.PATH + "/sip-oauth-mode")
final class ModeAdministrationEndpoint {
    private final ModeStore store;
    private final Audit audit;

    ModeAdministrationEndpoint(ModeStore store, Audit audit) {
        this.store = store;
        this.audit = audit;
    }

    @GetMapping
    Map<String, Object> show() {
        return store.load().json();
    }

    /** @param body {@code mode}: {@code enabled} or {@code disabled} */
    @PutMapping
    Map<String, Object> change(@RequestBody Map<String, @Nullable Object> body, Authentication who) {
        SipOauthMode wanted = mode(body);
        ModeInForce changed = store.change(wanted);
        audit.event("sip_oauth_mode_changed")
                .with("by", who.getName())
                .with("mode", changed.json().get("mode"))
                .keep();
        return changed.json();
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
