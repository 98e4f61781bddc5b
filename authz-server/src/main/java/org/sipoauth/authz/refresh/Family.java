package org.sipoauth.authz.refresh;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.authz.token.CertificateThumbprint;

/**
 * One login, and what its refresh tokens stand for. What moves, such as the generations, is the store's alone.
 *
 * @param device the phone it belongs to; empty for a login without one
 * @param scopes what the user granted; a refresh may ask for less, never for more
 * @param end when the last of its tokens dies, however often it was refreshed
 * @param boundTo the beginning of the thumbprint of the certificate that its tokens are bound to
 */
record Family(
        FamilyId id,
        String user,
        Optional<String> device,
        String client,
        Set<String> scopes,
        Instant begun,
        Instant end,
        FamilySecret secret,
        Optional<String> boundTo) {

    Family {
        scopes = Set.copyOf(scopes);
    }

    /** Whether its tokens are for who shows this certificate, or for anybody if it is bound to none. */
    boolean isFor(Optional<CertificateThumbprint> shown) {
        return boundTo.isEmpty()
                || shown.map(CertificateThumbprint::abbreviated).equals(boundTo);
    }
}
