package org.sipoauth.authz.token;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.redis.Records;
import org.sipoauth.authz.redis.Round;
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
    private final Records records;

    CurrentAccessTokens(JwtGenerator generator, Accounts accounts, Devices devices, Records records) {
        this.generator = generator;
        this.accounts = accounts;
        this.devices = devices;
        this.records = records;
    }

    @Override
    public Optional<Holder> holder(String subscriber, Optional<String> deviceName) {
        return holder(subscriber, deviceName, records.round()).get();
    }

    @Override
    public Supplier<Optional<Holder>> holder(String subscriber, Optional<String> deviceName, Round round) {
        Supplier<Boolean> isSubscriber = accounts.isSubscriber(subscriber, round);
        Optional<Supplier<Optional<Device>>> device =
                deviceName.map(name -> devices.findUsable(name, subscriber, round));
        return () -> holder(subscriber, isSubscriber.get(), device.map(Supplier::get));
    }

    /** @param device absent for a login without one; empty in itself if it may not be used */
    private Optional<Holder> holder(String subscriber, boolean isSubscriber, Optional<Optional<Device>> device) {
        if (!isSubscriber || device.filter(Optional::isEmpty).isPresent()) {
            return Optional.empty();
        }
        @Nullable Device usable = device.flatMap(Function.identity()).orElse(null);
        return Optional.of((client, login, proven, scopes, grantType, grant) -> mint(
                client,
                new PhoneLogin(subscriber, usable, login.orElse(null), proven.orElse(null)),
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
