package org.sipoauth.authz.grant;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.status.StatusReference;
import org.sipoauth.authz.token.Confirmation;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/** What a login leaves behind so that it can be renewed and revoked; the implementation is in {@code authz.refresh}. */
public interface LoginFamilies {

    /**
     * Begins a family for a login that has just been granted.
     *
     * @throws GrantRefused if it cannot be made durable now, or if meanwhile all logins of its user or on its device were
     *     ended
     */
    Begun begin(Login login);

    /**
     * What {@link #begin} returned, for an answer that was lost; empty if the family has ended.
     *
     * @param proven what the sender of this request has proven to hold
     * @throws GrantRefused if that is not what the family is bound to
     */
    Optional<Begun> again(String familyId, RegisteredClient client, Optional<Confirmation> proven);

    /**
     * Whether all logins of a subscriber, or on a device, were ended after something was granted: then nothing may begin by
     * that. To be asked when the login has begun, for then either this tells of the end, or the end has met the login.
     *
     * @param deviceName absent for a login that registers no phone
     */
    boolean endedSince(String subscriber, Optional<String> deviceName, Instant granted);

    /** Ends a family for good; does nothing if there is none. */
    void revoke(String familyId, String why);

    /**
     * Who signed in, where, and for what.
     *
     * @param deviceName absent for a login that registers no phone
     * @param proven what the sender of the request has proven to hold: who refreshes has to prove the same
     */
    record Login(
            RegisteredClient client,
            String subscriber,
            Optional<String> deviceName,
            Set<String> scopes,
            Optional<Confirmation> proven) {}

    /**
     * The new family and its bit in a status list.
     *
     * @param refreshToken its first; null: it is not to be refreshed, and ends with its access token
     */
    record Begun(String familyId, @Nullable OAuth2RefreshToken refreshToken, StatusReference status) {}
}
