package org.sipoauth.authz.grant;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.status.StatusReference;
import org.sipoauth.authz.token.CertificateThumbprint;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/** What a login leaves behind so that it can be renewed and revoked; the implementation is in {@code authz.refresh}. */
public interface LoginFamilies {

    /**
     * Begins a family for a login that has just been granted.
     *
     * @throws GrantRefused if it cannot be made durable now
     */
    Begun begin(Login login);

    /**
     * What {@link #begin} returned, for an answer that was lost.
     *
     * @param boundTo the certificate that is shown now
     * @return empty if the family has ended, or is bound otherwise
     */
    Optional<Begun> again(String familyId, RegisteredClient client, Optional<CertificateThumbprint> boundTo);

    /** Ends a family for good; does nothing if there is none. */
    void revoke(String familyId, String why);

    /**
     * Who signed in, where, and for what.
     *
     * @param deviceName absent for a login that registers no phone
     * @param boundTo the certificate that has to be shown with every refresh (RFC 8705 §4)
     */
    record Login(
            RegisteredClient client,
            String subscriber,
            Optional<String> deviceName,
            Set<String> scopes,
            Optional<CertificateThumbprint> boundTo) {
        /** With bearer tokens. */
        public Login(RegisteredClient client, String subscriber, Optional<String> deviceName, Set<String> scopes) {
            this(client, subscriber, deviceName, scopes, Optional.empty());
        }
    }

    /**
     * The new family and its bit in a status list.
     *
     * @param refreshToken its first; null: it is not to be refreshed, and ends with its access token
     */
    record Begun(String familyId, @Nullable OAuth2RefreshToken refreshToken, StatusReference status) {}
}
