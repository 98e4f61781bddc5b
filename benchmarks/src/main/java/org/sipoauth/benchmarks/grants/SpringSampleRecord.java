package org.sipoauth.benchmarks.grants;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * What Spring Authorization Server's guide "How-to: Implement core services with Redis" leaves in the store for one login by
 * code and one refresh: the hash of an {@code OAuth2AuthorizationCodeGrantAuthorization} as Spring Data Redis flattens it, the
 * principal and the authorization request as JSON with types, and a set for each indexed property. Written from the guide's
 * description; token values have the length of ours. The guide gives nothing a time to live.
 */
final class SpringSampleRecord {
    private static final String KEYSPACE = "oauth2_authorization";
    private static final String PACKAGE = "sample.redis.entity.";
    private static final int ACCESS_TOKEN_CHARACTERS = 696;
    private static final int OPAQUE_CHARACTERS = 128; // Spring's codes and refresh tokens: 96 random bytes

    private final RedisPipe redis;
    private final SplittableRandom random = new SplittableRandom(2);

    SpringSampleRecord(RedisPipe redis) {
        this.redis = redis;
    }

    void add(int number) throws IOException {
        String id = new UUID(random.nextLong(), random.nextLong()).toString();
        String user = String.format("user%07d", number);
        String now = Instant.ofEpochSecond(1_800_000_000L + number, 123_456_789).toString();
        String code = characters(OPAQUE_CHARACTERS);
        String accessToken = characters(ACCESS_TOKEN_CHARACTERS);
        String refreshToken = characters(OPAQUE_CHARACTERS);
        String state = characters(43);

        List<String> hash = new ArrayList<>(List.of("HSET", KEYSPACE + ":" + id));
        put(hash, "_class", PACKAGE + "OAuth2AuthorizationCodeGrantAuthorization");
        put(hash, "id", id);
        put(hash, "registeredClientId", new UUID(1, 2).toString());
        put(hash, "principalName", user);
        put(hash, "authorizedScopes.[0]", "sip.register");
        put(hash, "state", state);
        put(hash, "principal", principal(user));
        put(hash, "authorizationRequest", authorizationRequest(state));
        token(hash, "authorizationCode", code, now, true);
        token(hash, "accessToken", accessToken, now, false);
        put(hash, "accessToken.tokenType", "Bearer");
        put(hash, "accessToken.scopes.[0]", "sip.register");
        put(hash, "accessToken.tokenFormat", "self-contained");
        put(hash, "accessToken.claims", claims(user));
        token(hash, "refreshToken", refreshToken, now, false);
        redis.send(hash.toArray(String[]::new));
        redis.send("SADD", KEYSPACE, id);
        for (String index : List.of(
                "authorizationCode.tokenValue:" + code,
                "accessToken.tokenValue:" + accessToken,
                "refreshToken.tokenValue:" + refreshToken,
                "state:" + state)) {
            redis.send("SADD", KEYSPACE + ":" + index, id);
            redis.send("SADD", KEYSPACE + ":" + id + ":idx", KEYSPACE + ":" + index);
        }
    }

    private static void put(List<String> hash, String name, String value) {
        hash.add(name);
        hash.add(value);
    }

    private static void token(List<String> hash, String name, String value, String at, boolean invalidated) {
        put(hash, name + ".tokenValue", value);
        put(hash, name + ".issuedAt", at);
        put(hash, name + ".expiresAt", at);
        put(hash, name + ".invalidated", invalidated ? "1" : "0");
    }

    private static String principal(String user) {
        return """
                {"@class":"org.springframework.security.authentication.UsernamePasswordAuthenticationToken",\
                "authorities":["java.util.Collections$UnmodifiableRandomAccessList",[{"@class":\
                "org.springframework.security.core.authority.SimpleGrantedAuthority","authority":"ROLE_USER"}]],\
                "details":{"@class":"org.springframework.security.web.authentication.WebAuthenticationDetails",\
                "remoteAddress":"192.0.2.17","sessionId":"0123456789ABCDEF0123456789ABCDEF"},"authenticated":true,\
                "principal":{"@class":"org.springframework.security.core.userdetails.User","password":null,\
                "username":"%s","authorities":["java.util.Collections$UnmodifiableSet",[{"@class":\
                "org.springframework.security.core.authority.SimpleGrantedAuthority","authority":"ROLE_USER"}]],\
                "accountNonExpired":true,"accountNonLocked":true,"credentialsNonExpired":true,"enabled":true},\
                "credentials":null}""".formatted(user);
    }

    private static String authorizationRequest(String state) {
        return """
                {"@class":"org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest",\
                "authorizationUri":"https://sso.example.com/oauth2/authorize","authorizationGrantType":\
                {"value":"authorization_code"},"responseType":{"value":"code"},"clientId":"softphone",\
                "redirectUri":"http://127.0.0.1/callback","scopes":["java.util.Collections$UnmodifiableSet",\
                ["sip.register"]],"state":"%1$s","additionalParameters":{"@class":\
                "java.util.Collections$UnmodifiableMap","code_challenge":"%1$s","code_challenge_method":"S256"},\
                "authorizationRequestUri":"https://sso.example.com/oauth2/authorize?response_type=code&\
                client_id=softphone&scope=sip.register&state=%1$s&redirect_uri=http://127.0.0.1/callback&\
                code_challenge=%1$s&code_challenge_method=S256","attributes":{"@class":\
                "java.util.Collections$UnmodifiableMap"}}""".formatted(state);
    }

    private static String claims(String user) {
        return """
                {"@class":"sample.redis.entity.OAuth2AuthorizationGrantAuthorization$ClaimsHolder","claims":{"@class":\
                "java.util.Collections$UnmodifiableMap","sub":"%s","aud":["java.util.Collections$SingletonList",\
                ["softphone"]],"nbf":["java.time.Instant",1800000000.123456789],"scope":\
                ["java.util.Collections$UnmodifiableSet",["sip.register"]],"iss":"https://sso.example.com",\
                "exp":["java.time.Instant",1800000300.123456789],"iat":["java.time.Instant",1800000000.123456789],\
                "jti":"5f1a8c1e-54cd-4b4f-9f0e-0a4fd9d1c6a2"}}""".formatted(user);
    }

    private String characters(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) random.nextInt();
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).substring(0, count);
    }
}
