package org.sipoauth.authz.mode;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.Settings.SipOauthMode;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * The mode in Redis, for all servers: a hash of {@code changed}, in milliseconds since 1970, and {@code mode}. Until
 * somebody switches it, it is what the settings say.
 */
@Component
public class ModeStore {
    static final String KEY = "sip-oauth-mode";

    /** Each change is later than the one before, whatever the clocks of several servers say. */
    private static final RedisScript<Long> SWITCH = new DefaultRedisScript<>("""
            local last = redis.call('HGET', KEYS[1], 'changed')
            local how = string.sub(ARGV[3], 1, 1)
            if how == '-' and last or how == '+' and not last or how == '=' and last ~= string.sub(ARGV[3], 2) then
                return -1
            end
            local now = math.max(tonumber(ARGV[1]), tonumber(last or '0') + 1)
            redis.call('HSET', KEYS[1], 'changed', string.format('%.0f', now), 'mode', ARGV[2])
            return now
            """, Long.class);

    private final StringRedisTemplate redis;
    private final ConfirmedWrites confirmed;
    private final Clock clock;
    private final Audit audit;
    private final SipOauthMode ofTheSettings;

    ModeStore(StringRedisTemplate redis, ConfirmedWrites confirmed, Clock clock, Audit audit, Settings settings) {
        this.redis = redis;
        this.confirmed = confirmed;
        this.clock = clock;
        this.audit = audit;
        this.ofTheSettings = settings.sipOauthMode();
    }

    /** @throws DataAccessException if the store is away */
    public ModeInForce load() {
        Map<String, String> stored = redis.<String, String>opsForHash().entries(KEY);
        String changed = stored.get("changed");
        return changed == null
                ? new ModeInForce(ofTheSettings, Optional.empty())
                : new ModeInForce(
                        SipOauthMode.valueOf(stored.get("mode")),
                        Optional.of(Instant.ofEpochMilli(Long.parseLong(changed))));
    }

    /**
     * Switches it; when this returns, the replicas have it.
     *
     * @param expected of {@link ModeInForce#revision()}
     * @param by who asks for it, for the audit
     * @throws RecordChanged if it is not as expected
     * @throws DataAccessException if the store or its replicas did not confirm it; then it is to be asked for again
     */
    public ModeInForce change(SipOauthMode mode, Expected expected, String by) {
        long changed = confirmed.execute(
                SWITCH, List.of(KEY), Long.toString(clock.instant().toEpochMilli()), mode.name(), expected.argument());
        if (changed < 0) {
            throw new RecordChanged();
        }
        audit.event("sip_oauth_mode_changed")
                .with("by", by)
                .with("mode", mode.name().toLowerCase(Locale.ROOT))
                .keep();
        return new ModeInForce(mode, Optional.of(Instant.ofEpochMilli(changed)));
    }
}
