package org.sipoauth.authz.refresh;

import java.time.Clock;
import java.util.Optional;
import org.sipoauth.authz.signing.CurrentKeyRing;
import org.sipoauth.authz.status.StatusReference;
import org.sipoauth.keys.KeyState;
import org.sipoauth.keys.KeyUse;

/** Reads tokens and the store, and changes nothing. */
final class Recognition implements LoginTokens {
    private final FamilyStore store;
    private final CurrentKeyRing ring;
    private final RevokedClients revokedClients;
    private final Clock clock;

    Recognition(FamilyStore store, CurrentKeyRing ring, RevokedClients revokedClients, Clock clock) {
        this.store = store;
        this.ring = ring;
        this.revokedClients = revokedClients;
        this.clock = clock;
    }

    @Override
    public Optional<Recognised> recognise(String refreshToken) {
        return RefreshToken.parse(refreshToken)
                .flatMap(token -> store.find(token.family())
                        .filter(family -> isAuthentic(token, family.family()))
                        .filter(family ->
                                clock.instant().isBefore(family.family().end()))
                        .map(family -> new Recognised(family.session(), () -> isUsable(token.generation(), family))));
    }

    @Override
    public boolean isRevoked(FamilyId login, StatusReference status) {
        return store.isRevoked(status)
                || store.find(login).filter(this::isRevokedWithItsClient).isPresent();
    }

    /** The sweep that sets the bit may be on its way. */
    private boolean isRevokedWithItsClient(StoredFamily stored) {
        return revokedClients.isRevoked(
                stored.family().client(), stored.family().begun());
    }

    private boolean isAuthentic(RefreshToken token, Family family) {
        return ring.get()
                .find(token.keyId())
                .filter(key -> key.use() == KeyUse.REFRESH_TOKEN_AUTHENTICATION && key.state() != KeyState.REVOKED)
                .filter(key -> token.isAuthentic(key, family.secret()))
                .isPresent();
    }

    /** As {@code present.lua} decides: the one handed out last, the one before it, or one whose write the store lost. */
    private boolean isUsable(int generation, StoredFamily family) {
        boolean held = generation >= family.generation() || generation == family.presented();
        return held
                && family.revoked().isEmpty()
                && !isRevokedWithItsClient(family)
                && !store.isRevoked(family.status())
                && family.formerStatus().filter(store::isRevoked).isEmpty();
    }
}
