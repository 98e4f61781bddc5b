package org.sipoauth.authz.grant;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.client.Clients;
import org.sipoauth.authz.settings.RandomSecret;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.IdTokenClaimNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.stereotype.Component;

/**
 * Authorization codes between the sign-in and the token request: one Redis hash each, under the code's SHA-256, so that
 * nobody who reads the store can use one. Spring saves and finds them as authorizations; {@link CodeGrant} redeems them,
 * once. All that Spring would store beyond them is dropped: access tokens are self-encoded, families have their own
 * store. Requests that wait for a browser or for consent are in {@link PendingRequests}.
 */
@Component
final class AuthorizationCodes implements OAuth2AuthorizationService {
    /** How long a used code is remembered, so that its replay is told from a typing error. */
    private static final Duration REPLAY_MEMORY = Duration.ofMinutes(10);

    private static final RedisScript<Long> SAVE = new DefaultRedisScript<>("""
            redis.call('HSET', KEYS[1], unpack(ARGV, 2))
            redis.call('PEXPIRE', KEYS[1], ARGV[1])
            return 1
            """, Long.class);

    /** Returns nothing for an unknown code, 'replayed' and the family, or 'redeemed' and the record. */
    @SuppressWarnings("rawtypes")
    private static final RedisScript<List> REDEEM = new DefaultRedisScript<>("""
            if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
            if redis.call('HEXISTS', KEYS[1], 'used') == 1 then
              redis.call('HSET', KEYS[1], 'replayed', '1')
              return {'replayed', redis.call('HGET', KEYS[1], 'family') or ''}
            end
            local record = redis.call('HGETALL', KEYS[1])
            redis.call('HSET', KEYS[1], 'used', ARGV[2])
            redis.call('PEXPIRE', KEYS[1], ARGV[1])
            table.insert(record, 1, 'redeemed')
            return record
            """, List.class);

    /** Notes the family; returns 0 if the code was replayed meanwhile. */
    private static final RedisScript<Long> BIND = new DefaultRedisScript<>("""
            if redis.call('HEXISTS', KEYS[1], 'replayed') == 1 then return 0 end
            if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'family', ARGV[1]) end
            return 1
            """, Long.class);

    /** Returns 0 if it was used otherwise, was replayed meanwhile, a family is noted after all, or its time is over. */
    private static final RedisScript<Long> PUT_BACK = new DefaultRedisScript<>("""
            if redis.call('HGET', KEYS[1], 'used') ~= ARGV[2] then return 0 end
            if redis.call('HEXISTS', KEYS[1], 'replayed') == 1 or redis.call('HEXISTS', KEYS[1], 'family') == 1 then return 0 end
            local left = tonumber(redis.call('HGET', KEYS[1], 'expires') or 0) - tonumber(ARGV[1])
            if left <= 0 then return 0 end
            redis.call('HDEL', KEYS[1], 'used')
            redis.call('PEXPIRE', KEYS[1], left)
            return 1
            """, Long.class);

    private final StringRedisTemplate redis;
    private final Clients clients;
    private final PendingRequests pending;

    AuthorizationCodes(StringRedisTemplate redis, Clients clients) {
        this.redis = redis;
        this.clients = clients;
        this.pending = new PendingRequests(redis, clients);
    }

    /** What became of the attempt to use a code. */
    sealed interface Redemption {
        /** Never issued, or expired. */
        record Unknown() implements Redemption {}

        /** Used before; the family is known if that use began one. */
        record Replayed(Optional<String> familyId) implements Redemption {}

        /** @param use which of all uses it is, for {@link #putBack} */
        record Redeemed(OAuth2Authorization authorization, String use) implements Redemption {}
    }

    @Override
    public void save(OAuth2Authorization authorization) {
        OAuth2Authorization.Token<OAuth2AuthorizationCode> code = authorization.getToken(OAuth2AuthorizationCode.class);
        if (code == null) {
            String state = authorization.getAttribute(OAuth2ParameterNames.STATE);
            if (state != null) {
                pending.save(authorization, state);
            }
            return;
        }
        pending.remove(authorization);
        OAuth2AuthorizationRequest request =
                Objects.requireNonNull(authorization.getAttribute(OAuth2AuthorizationRequest.class.getName()));
        Map<String, String> fields = StoredRequest.fields(request);
        fields.put("client", authorization.getRegisteredClientId());
        fields.put("subscriber", authorization.getPrincipalName());
        fields.put("scope", String.join(" ", authorization.getAuthorizedScopes()));
        StoredRequest.putSignedInAt(fields, authorization);
        fields.put(
                "issued", Long.toString(instant(code.getToken().getIssuedAt()).toEpochMilli()));
        fields.put(
                "expires", Long.toString(instant(code.getToken().getExpiresAt()).toEpochMilli()));
        List<String> arguments = new ArrayList<>();
        arguments.add(Long.toString(Duration.between(
                        instant(code.getToken().getIssuedAt()),
                        instant(code.getToken().getExpiresAt()))
                .toMillis()));
        fields.forEach((name, value) -> {
            arguments.add(name);
            arguments.add(value);
        });
        redis.execute(SAVE, List.of(key(code.getToken().getTokenValue())), arguments.toArray());
    }

    /**
     * Finds a code, used or not: for the check of the verifier (RFC 7636 §4.6). And requests that wait, which Spring knows
     * by a state. Other tokens are not here.
     */
    @Override
    public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType type) {
        if (type != null && type.getValue().equals(OAuth2ParameterNames.STATE)) {
            return pending.find(token);
        }
        if (type == null || !type.getValue().equals(OAuth2ParameterNames.CODE)) {
            return null;
        }
        Map<String, String> fields = redis.<String, String>opsForHash().entries(key(token));
        return fields.isEmpty() ? null : read(token, fields);
    }

    /** Uses a code up, atomically: of any number of attempts one is {@code Redeemed}. */
    Redemption redeem(String code) {
        String use = RandomSecret.ofBits(64);
        List<?> answer = redis.execute(REDEEM, List.of(key(code)), Long.toString(REPLAY_MEMORY.toMillis()), use);
        if (answer.isEmpty()) {
            return new Redemption.Unknown();
        }
        if (answer.get(0).equals("replayed")) {
            return new Redemption.Replayed(Optional.of((String) answer.get(1)).filter(family -> !family.isEmpty()));
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 1; i < answer.size(); i += 2) {
            fields.put((String) answer.get(i), (String) answer.get(i + 1));
        }
        OAuth2Authorization authorization = read(code, fields);
        return authorization == null ? new Redemption.Unknown() : new Redemption.Redeemed(authorization, use);
    }

    /** @return false if the code was replayed since it was redeemed: then the family must end */
    boolean bind(String code, String familyId) {
        return redis.execute(BIND, List.of(key(code)), familyId) == 1;
    }

    /**
     * Makes a code good again that {@link #redeem} has used up and that nothing came of, for the rest of its life.
     *
     * @return false if it stays used
     */
    boolean putBack(String code, String use, Instant now) {
        return redis.execute(PUT_BACK, List.of(key(code)), Long.toString(now.toEpochMilli()), use) == 1;
    }

    private @Nullable OAuth2Authorization read(String code, Map<String, String> fields) {
        RegisteredClient client = clients.findById(fields.get("client"));
        if (client == null) {
            return null;
        }
        Set<String> scopes = Set.of(fields.get("scope").split(" "));
        OAuth2AuthorizationRequest request = StoredRequest.read(fields, client, scopes);
        return OAuth2Authorization.withRegisteredClient(client)
                .principalName(fields.get("subscriber"))
                .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .authorizedScopes(scopes)
                .attribute(OAuth2AuthorizationRequest.class.getName(), request)
                .attributes(attributes -> StoredRequest.signedInAt(fields)
                        .ifPresent(at -> attributes.put(IdTokenClaimNames.AUTH_TIME, at)))
                .token(new OAuth2AuthorizationCode(
                        code,
                        Instant.ofEpochMilli(Long.parseLong(fields.get("issued"))),
                        Instant.ofEpochMilli(Long.parseLong(fields.get("expires")))))
                .build();
    }

    @Override
    public void remove(OAuth2Authorization authorization) {
        pending.remove(authorization);
    }

    @Override
    public @Nullable OAuth2Authorization findById(String id) {
        return null;
    }

    private static Instant instant(@Nullable Instant instant) {
        return Objects.requireNonNull(instant);
    }

    private static String key(String code) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(code.getBytes(StandardCharsets.UTF_8));
            return "code:" + Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}
