package org.sipoauth.authz.refresh;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.sipoauth.authz.status.StatusReference;

/** Tells to which login a token belongs and whether it is still good. Presents none, so that none is used up by asking. */
public interface LoginTokens {

    /** The login of a refresh token, of whatever generation; empty if we did not make it, or its login has ended. */
    Optional<Recognised> recognise(String refreshToken);

    /** Whether a login is revoked, whose tokens name this bit: alone, or with all logins of its client. */
    boolean isRevoked(FamilyId login, StatusReference status);

    /**
     * An authentic refresh token.
     *
     * @param usable asks the store whether it would be granted: neither replaced and its successor used, nor struck out, nor
     *     revoked
     */
    record Recognised(Session session, BooleanSupplier usable) {}
}
