package org.sipoauth.authz.token;

import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.sipoauth.authz.redis.Round;
import org.sipoauth.authz.status.StatusReference;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/** Mints the access tokens of subscribers; every grant with a subscriber behind it ends here. */
public interface AccessTokens {

    /**
     * Who may be given tokens at this moment. To be asked before a login is begun or a refresh token is used up.
     *
     * @param deviceName absent for a login that registers no phone
     * @return empty if the subscriber is gone, or the device is gone, has another owner or has OAuth switched off
     */
    Optional<Holder> holder(String subscriber, Optional<String> deviceName);

    /** The same, asked of the store along with other questions. */
    Supplier<Optional<Holder>> holder(String subscriber, Optional<String> deviceName, Round round);

    /** A subscriber, on a phone if it registers one, who is allowed to have tokens. */
    @FunctionalInterface
    interface Holder {
        /**
         * A new access token for what the subscriber and the device are allowed.
         *
         * @param login absent if it leaves nothing behind that can be revoked
         * @param proven what the sender of the request has proven to hold; the token is bound to it if those it is for can
         *     check that
         */
        OAuth2AccessToken mint(
                RegisteredClient client,
                Optional<LoginReference> login,
                Optional<Confirmation> proven,
                Set<String> scopes);
    }

    /**
     * The login that a token belongs to: its claims {@code sid} and {@code status}.
     *
     * @param id of the family
     */
    record LoginReference(String id, StatusReference status) {}
}
