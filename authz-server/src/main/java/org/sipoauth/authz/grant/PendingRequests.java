package org.sipoauth.authz.grant;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.client.Clients;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.IdTokenClaimNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/**
 * Authorization requests that wait: pushed ones for the browser (RFC 9126), and those of third parties for their user's
 * consent. One Redis hash each, under the SHA-256 of the random value that Spring calls its state, so that any server goes
 * on with it and nobody who reads the store can. Each leads to one answer: whoever removes it may give that.
 */
final class PendingRequests {
    /** Spring names the same instant in the {@code request_uri}, and refuses it from then on. */
    private static final Duration PUSHED_LIFETIME = Duration.ofMinutes(5);

    private static final Duration CONSENT_LIFETIME = Duration.ofMinutes(10);
    /** No account is called that: consent to a pushed request is nobody's to give. */
    private static final String NOBODY = "(pushed)";

    private static final RedisScript<Long> SAVE = new DefaultRedisScript<>("""
            redis.call('HSET', KEYS[1], unpack(ARGV, 2))
            redis.call('PEXPIRE', KEYS[1], ARGV[1])
            return 1
            """, Long.class);

    private final StringRedisTemplate redis;
    private final Clients clients;

    PendingRequests(StringRedisTemplate redis, Clients clients) {
        this.redis = redis;
        this.clients = clients;
    }

    /** A pushed request has no principal yet. */
    void save(OAuth2Authorization authorization, String state) {
        OAuth2AuthorizationRequest request =
                Objects.requireNonNull(authorization.getAttribute(OAuth2AuthorizationRequest.class.getName()));
        boolean pushed = authorization.getAttribute(Principal.class.getName()) == null;
        Map<String, String> fields = StoredRequest.fields(request);
        fields.put("client", authorization.getRegisteredClientId());
        fields.put("subscriber", pushed ? NOBODY : authorization.getPrincipalName());
        fields.put("scope", String.join(" ", request.getScopes()));
        StoredRequest.putSignedInAt(fields, authorization);
        List<String> arguments = new ArrayList<>();
        arguments.add(Long.toString((pushed ? PUSHED_LIFETIME : CONSENT_LIFETIME).toMillis()));
        fields.forEach((name, value) -> {
            arguments.add(name);
            arguments.add(value);
        });
        redis.execute(SAVE, List.of(key(state)), arguments.toArray());
    }

    @Nullable
    OAuth2Authorization find(String state) {
        String key = key(state);
        Map<String, String> fields = redis.<String, String>opsForHash().entries(key);
        RegisteredClient client = fields.isEmpty() ? null : clients.findById(fields.get("client"));
        if (client == null) {
            return null;
        }
        OAuth2AuthorizationRequest request =
                StoredRequest.read(fields, client, Set.of(fields.get("scope").split(" ")));
        return OAuth2Authorization.withRegisteredClient(client)
                .id(key)
                .principalName(fields.get("subscriber"))
                .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .attribute(OAuth2AuthorizationRequest.class.getName(), request)
                .attribute(OAuth2ParameterNames.STATE, state)
                .attributes(attributes -> StoredRequest.signedInAt(fields)
                        .ifPresent(at -> attributes.put(IdTokenClaimNames.AUTH_TIME, at)))
                .build();
    }

    /**
     * Ends the wait of a request that {@link #find} returned.
     *
     * @throws OAuth2AuthorizationCodeRequestAuthenticationException if somebody else has, and so gave the answer
     */
    void remove(OAuth2Authorization found) {
        if (isOneOf(found) && !Boolean.TRUE.equals(redis.delete(found.getId()))) {
            throw new OAuth2AuthorizationCodeRequestAuthenticationException(
                    new OAuth2Error(OAuth2ErrorCodes.INVALID_REQUEST, "the request was answered before", null), null);
        }
    }

    private static boolean isOneOf(OAuth2Authorization authorization) {
        return authorization.getId().startsWith("pending:");
    }

    private static String key(String state) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(state.getBytes(StandardCharsets.UTF_8));
            return "pending:" + Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}
