package org.sipoauth.authz.mode;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.settings.Settings.SipOauthMode;

/**
 * The mode, and since when.
 *
 * @param changedAt to the millisecond; empty where it is what the settings say, for nobody has ever switched it
 */
public record ModeInForce(SipOauthMode mode, Optional<Instant> changedAt) {
    public boolean isEnabled() {
        return mode == SipOauthMode.ENABLED;
    }

    /** Another with every switch; empty where nobody has ever switched it. */
    public Optional<String> revision() {
        return changedAt.map(at -> Long.toString(at.toEpochMilli()));
    }

    /** {@code mode}, in small letters, and {@code changed_at}. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("mode", mode.name().toLowerCase(Locale.ROOT));
        changedAt.ifPresent(at -> json.put("changed_at", at.toString()));
        return json;
    }
}
