package org.sipoauth.authz.token;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.context.AuthorizationServerContextHolder;
import org.springframework.security.oauth2.server.authorization.token.DefaultOAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.JwtGenerator;

/** Looks the subscriber and the device up for every token, so that a change shows in the next one. */
final class CurrentAccessTokens implements AccessTokens {
    /** Of header and claims, in base64url: SIP servers' limits for a header are small. A signature adds 87 or, for RSA, 343. */
    private static final int MAX_SIGNED_LENGTH = 900;

    private final JwtGenerator generator;
    private final Accounts accounts;
    private final Devices devices;

    CurrentAccessTokens(JwtGenerator generator, Accounts accounts, Devices devices) {
        this.generator = generator;
        this.accounts = accounts;
        this.devices = devices;
    }

    @Override
    public Optional<Holder> holder(String subscriber, Optional<String> deviceName) {
        Optional<Device> device = deviceName.flatMap(name -> devices.findUsable(name, subscriber));
        if (!accounts.isSubscriber(subscriber) || deviceName.isPresent() && device.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of((client, login, proven, scopes, grantType, grant) -> mint(
                client,
                new PhoneLogin(subscriber, device.orElse(null), login.orElse(null), proven.orElse(null)),
                scopes,
                grantType,
                grant));
    }

    private OAuth2AccessToken mint(
            RegisteredClient client,
            PhoneLogin login,
            Set<String> scopes,
            AuthorizationGrantType grantType,
            Authentication grant) {
        @Nullable
        Jwt jwt = generator.generate(DefaultOAuth2TokenContext.builder()
                .registeredClient(client)
                .principal(login)
                .authorizationServerContext(AuthorizationServerContextHolder.getContext())
                .authorizedScopes(scopes)
                .tokenType(OAuth2TokenType.ACCESS_TOKEN)
                .authorizationGrantType(grantType)
                .authorizationGrant(grant)
                .build());
        String compact = Objects.requireNonNull(jwt, "clients are set up for JWT access tokens")
                .getTokenValue();
        int signedLength = compact.lastIndexOf('.');
        if (signedLength > MAX_SIGNED_LENGTH) {
            throw new IllegalStateException(
                    "an access token of " + signedLength + " bytes before its signature is longer" + " than "
                            + MAX_SIGNED_LENGTH + ": shorten the issuer, the audience or the addresses-of-record");
        }
        return new OAuth2AccessToken(Confirmation.typeOf(jwt), compact, jwt.getIssuedAt(), jwt.getExpiresAt(), scopes);
    }
}
