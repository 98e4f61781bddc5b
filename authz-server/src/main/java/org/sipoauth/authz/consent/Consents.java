package org.sipoauth.authz.consent;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.subscriber.KeptForAccount;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsent;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsentService;
import org.springframework.stereotype.Component;

/**
 * What people have allowed applications, for 90 days: one Redis hash a person, with the client as field and "end scope
 * scope …" as value, the end in milliseconds since 1970. Whoever is asked for more is asked again.
 */
@Component
final class Consents implements OAuth2AuthorizationConsentService, KeptForAccount {
    static final Duration LIFETIME = Duration.ofDays(90);

    private static final RedisScript<Long> SAVE = new DefaultRedisScript<>("""
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
            redis.call('PEXPIREAT', KEYS[1], ARGV[3])
            return 1
            """, Long.class);

    private final StringRedisTemplate redis;
    private final Clock clock;

    Consents(StringRedisTemplate redis, Clock clock) {
        this.redis = redis;
        this.clock = clock;
    }

    /** What somebody has allowed an application, until when. */
    record Consent(String client, Set<String> scopes, Instant end) {}

    List<Consent> of(String user) {
        List<Consent> consents = new ArrayList<>();
        Map<String, String> stored = redis.<String, String>opsForHash().entries(key(user));
        stored.forEach((client, value) -> read(client, value).ifPresent(consents::add));
        consents.sort((one, other) -> one.client().compareTo(other.client()));
        return consents;
    }

    /** @return false if there was none */
    boolean withdraw(String user, String client) {
        return redis.opsForHash().delete(key(user), client) == 1;
    }

    @Override
    public void forget(String account) {
        redis.delete(key(account));
    }

    @Override
    public @Nullable OAuth2AuthorizationConsent findById(String client, String user) {
        String value = redis.<String, String>opsForHash().get(key(user), client);
        return Optional.ofNullable(value)
                .flatMap(stored -> read(client, stored))
                .map(consent -> {
                    OAuth2AuthorizationConsent.Builder found = OAuth2AuthorizationConsent.withId(client, user);
                    consent.scopes().forEach(found::scope);
                    return found.build();
                })
                .orElse(null);
    }

    @Override
    public void save(OAuth2AuthorizationConsent consent) {
        String end = Long.toString(clock.instant().plus(LIFETIME).toEpochMilli());
        redis.execute(
                SAVE,
                List.of(key(consent.getPrincipalName())),
                consent.getRegisteredClientId(),
                end + " " + String.join(" ", new TreeSet<>(consent.getScopes())),
                end);
    }

    @Override
    public void remove(OAuth2AuthorizationConsent consent) {
        withdraw(consent.getPrincipalName(), consent.getRegisteredClientId());
    }

    private Optional<Consent> read(String client, String value) {
        List<String> parts = List.of(value.split(" "));
        Instant end = Instant.ofEpochMilli(Long.parseLong(parts.get(0)));
        return clock.instant().isBefore(end)
                ? Optional.of(new Consent(client, new TreeSet<>(parts.subList(1, parts.size())), end))
                : Optional.empty();
    }

    private static String key(String user) {
        return "consents:" + user;
    }
}
