package org.sipoauth.authz.grant;

import java.security.Principal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.IdTokenClaimNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/** An authorization request as fields of a Redis hash. */
final class StoredRequest {
    private static final String PARAMETER = "parameter:";
    private static final String SIGNED_IN_AT = "signed_in";
    private static final List<String> KEPT_PARAMETERS = List.of(
            "code_challenge",
            "code_challenge_method",
            DeviceParameter.NAME,
            SignInAge.MAX_AGE,
            "nonce",
            "prompt",
            PushedRequests.KEY_PARAMETER);

    private StoredRequest() {}

    /** The fields of a request, without its scopes. */
    static Map<String, String> fields(OAuth2AuthorizationRequest request) {
        Map<String, String> fields = new LinkedHashMap<>();
        putUnlessNull(fields, "redirect", request.getRedirectUri());
        putUnlessNull(fields, OAuth2ParameterNames.STATE, request.getState());
        request.getAdditionalParameters().forEach((name, value) -> {
            if (KEPT_PARAMETERS.contains(name) && value instanceof String text) {
                fields.put(PARAMETER + name, text);
            }
        });
        return fields;
    }

    /** When its subscriber signed in, in milliseconds since 1970: of somebody who is here now, or was before consent. */
    static void putSignedInAt(Map<String, String> fields, OAuth2Authorization authorization) {
        Authentication who = authorization.getAttribute(Principal.class.getName());
        Optional<Instant> signedInAt = who == null
                ? Optional.ofNullable(authorization.getAttribute(IdTokenClaimNames.AUTH_TIME))
                : SignInAge.signedInAt(who);
        signedInAt.ifPresent(at -> fields.put(SIGNED_IN_AT, Long.toString(at.toEpochMilli())));
    }

    static Optional<Instant> signedInAt(Map<String, String> fields) {
        return Optional.ofNullable(fields.get(SIGNED_IN_AT))
                .map(Long::parseLong)
                .map(Instant::ofEpochMilli);
    }

    private static void putUnlessNull(Map<String, String> fields, String name, @Nullable String value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    static OAuth2AuthorizationRequest read(Map<String, String> fields, RegisteredClient client, Set<String> scopes) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        fields.forEach((name, value) -> {
            if (name.startsWith(PARAMETER)) {
                parameters.put(name.substring(PARAMETER.length()), value);
            }
        });
        return OAuth2AuthorizationRequest.authorizationCode()
                .authorizationUri("/oauth2/authorize")
                .clientId(client.getClientId())
                .redirectUri(fields.get("redirect"))
                .state(fields.get(OAuth2ParameterNames.STATE))
                .scopes(scopes)
                .additionalParameters(parameters)
                .build();
    }
}
