package org.sipoauth.authz.refresh;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.authz.token.Confirmation;

/**
 * One login, and what its refresh tokens stand for. What moves, such as the generations, is the store's alone.
 *
 * @param user in lower case, as all names of accounts
 * @param device the phone it belongs to; empty for a login without one
 * @param scopes what the user granted; a refresh may ask for less, never for more
 * @param binding what its refresh tokens are bound to, abridged; empty if whoever has one may use it
 * @param end when the last of its tokens dies, however often it was refreshed
 */
record Family(
        FamilyId id,
        String user,
        Optional<String> device,
        String client,
        Set<String> scopes,
        Optional<String> binding,
        Instant begun,
        Instant end,
        FamilySecret secret) {

    Family {
        user = user.toLowerCase(Locale.ROOT); // an earlier release kept it as somebody had typed it
        scopes = Set.copyOf(scopes);
    }

    boolean isBoundToCertificate() {
        return binding.filter(Confirmation::isOfCertificate).isPresent();
    }
}
