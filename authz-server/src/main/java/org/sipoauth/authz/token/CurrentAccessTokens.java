package org.sipoauth.authz.token;

import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.redis.Records;
import org.sipoauth.authz.redis.Round;
import org.sipoauth.authz.signing.SigningKeys;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/** Looks the subscriber and the device up for every token, so that a change shows in the next one. */
final class CurrentAccessTokens implements AccessTokens {
    /** Of header and claims, in base64url: SIP servers' limits for a header are small. A signature adds 87 or, for RSA, 343. */
    private static final int MAX_SIGNED_LENGTH = 900;

    private final AccessTokenProfile profile;
    private final SigningKeys keys;
    private final Clock clock;
    private final Accounts accounts;
    private final Devices devices;
    private final Records records;

    CurrentAccessTokens(
            AccessTokenProfile profile,
            SigningKeys keys,
            Clock clock,
            Accounts accounts,
            Devices devices,
            Records records) {
        this.profile = profile;
        this.keys = keys;
        this.clock = clock;
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
        Optional<Device> usable = device.flatMap(Function.identity());
        return Optional.of((client, login, proven, scopes) -> mint(subscriber, usable, client, login, proven, scopes));
    }

    private OAuth2AccessToken mint(
            String subscriber,
            Optional<Device> device,
            RegisteredClient client,
            Optional<LoginReference> login,
            Optional<Confirmation> proven,
            Set<String> scopes) {
        Instant now = clock.instant();
        Instant end = now.plus(client.getTokenSettings().getAccessTokenTimeToLive());
        Map<String, Object> claims = profile.claims(subscriber, client, scopes, proven, now, end);
        device.ifPresent(phone -> AccessTokenProfile.addDevice(claims, phone));
        login.ifPresent(reference -> profile.addLogin(claims, reference));
        String compact = keys.active().sign(AccessTokenProfile.TYPE, claims);
        int signedLength = compact.lastIndexOf('.');
        if (signedLength > MAX_SIGNED_LENGTH) {
            throw new IllegalStateException(
                    "an access token of " + signedLength + " bytes before its signature is longer" + " than "
                            + MAX_SIGNED_LENGTH + ": shorten the issuer, the audience or the addresses-of-record");
        }
        return new OAuth2AccessToken(Confirmation.typeOf(claims), compact, now, end, scopes);
    }
}
