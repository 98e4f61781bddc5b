package org.sipoauth.authz.signing;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.sipoauth.keys.KeyId;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyState;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RingKey;
import org.sipoauth.keys.RotationPolicy;
import org.sipoauth.keys.store.KeyRingStoreException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.stereotype.Component;

/** The key ring for administrators: what is in it, never what is secret, and its two changes by hand. */
@Component
public final class KeyAdministration {
    private final KeyRingKeeper keeper;
    private final KeyVault vault;

    KeyAdministration(KeyRingKeeper keeper, KeyVault vault) {
        this.keeper = keeper;
        this.vault = vault;
    }

    /** Every key, in the order in which they joined, as this server read them last. */
    public List<ListedKey> keys() {
        return listed(keeper.lastRead());
    }

    /**
     * Makes the published successor active, without losing a token.
     *
     * @param use as {@link ListedKey#use} says it
     * @param by who asks for it, for the audit
     * @return every key after it
     * @throws IllegalArgumentException if there is no such use
     * @throws IllegalStateException if the successor is too young; the message says what is missing
     * @throws DataAccessResourceFailureException if the ring cannot be read or written: nothing was changed
     */
    public List<ListedKey> rotate(String use, String by) {
        KeyUse of = Arrays.stream(KeyUse.values())
                .filter(known -> label(known).equals(use))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no use of keys is called that"));
        return change(by, (ring, now) -> ring.rotate(of, keeper.policy(), vault, now));
    }

    /**
     * Withdraws a leaked key at once.
     *
     * @return every key after it; empty if the ring has no such key
     * @throws DataAccessResourceFailureException if the ring cannot be read or written: nothing was changed
     */
    public Optional<List<ListedKey>> revoke(String kid, String by) {
        return keys().stream().noneMatch(key -> key.kid().equals(kid))
                ? Optional.empty()
                : Optional.of(change(by, (ring, now) -> ring.revoke(new KeyId(kid), keeper.policy(), vault, now)));
    }

    private List<ListedKey> change(String by, KeyRingKeeper.Change change) {
        try {
            return listed(keeper.change(by, change));
        } catch (KeyRingStoreException away) {
            throw new DataAccessResourceFailureException(String.valueOf(away.getMessage()), away);
        }
    }

    private List<ListedKey> listed(KeyRing ring) {
        return ring.keys().stream().map(this::listed).toList();
    }

    private ListedKey listed(RingKey key) {
        RotationPolicy policy = keeper.policy();
        return new ListedKey(
                key.id().value(),
                label(key.use()),
                label(key.state()),
                Optional.of(key)
                        .filter(one -> one.use() == KeyUse.ACCESS_TOKEN_SIGNING)
                        .map(one -> one.algorithm().joseName()),
                key.publishedAt(),
                key.publishedAt().plus(policy.propagation()),
                key.activatedAt(),
                key.endedAt(),
                key.activatedAt().filter(at -> key.state() == KeyState.ACTIVE).map(at -> at.plus(policy.rotateEvery())),
                key.endedAt().map(at -> at.plus(policy.retention(key.use()))));
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
