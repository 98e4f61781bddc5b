package org.sipoauth.authz.token;

import java.util.Optional;
import java.util.Set;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/** Mints the access tokens of subscribers; every grant with a subscriber behind it ends here. */
public interface AccessTokens {

    /**
     * A new access token for what the subscriber and the device are allowed at this moment.
     *
     * @param deviceName absent for a login that registers no phone
     * @param grant the token request, as authenticated by its client
     * @return empty if the subscriber is gone, or the device is gone, has another owner or has OAuth switched off
     */
    Optional<OAuth2AccessToken> mint(
            RegisteredClient client,
            String subscriber,
            Optional<String> deviceName,
            Set<String> scopes,
            AuthorizationGrantType grantType,
            Authentication grant);
}
