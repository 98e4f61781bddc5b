package org.sipoauth.keys;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * All keys of an authorization server. Immutable; every operation returns another ring and depends on nothing but its
 * arguments, save that new keys are random and made by a {@link KeyVault}.
 *
 * <p>Always holds, for every {@link KeyUse}: exactly one {@code ACTIVE} key. Key ids are unique.
 */
public final class KeyRing {
    private final List<RingKey> keys;

    KeyRing(List<RingKey> keys) {
        this.keys = List.copyOf(keys);
        requireUniqueIds(this.keys);
        for (KeyUse use : KeyUse.values()) {
            requireExactlyOneActive(this.keys, use);
        }
    }

    /**
     * The very first ring: for each use an {@code ACTIVE} key and its {@code PUBLISHED} successor. Only here does a key
     * sign without having been published before, since there is no verifier yet that could miss it.
     */
    public static KeyRing create(RotationPolicy policy, KeyVault vault, Instant now) {
        List<RingKey> first = new ArrayList<>();
        for (KeyUse use : KeyUse.values()) {
            first.add(RingKey.generate(use, policy.algorithm(), vault, now).activate(now));
            first.add(RingKey.generate(use, policy.algorithm(), vault, now));
        }
        return new KeyRing(first);
    }

    /** Every key, in the order in which they joined. */
    public List<RingKey> keys() {
        return keys;
    }

    /** The key that makes new tokens. */
    public RingKey active(KeyUse use) {
        return keys.stream()
                .filter(key -> key.use() == use && key.state() == KeyState.ACTIVE)
                .findFirst()
                .orElseThrow();
    }

    /** The key that is next to become active: of the published ones, the one published first. */
    public Optional<RingKey> successor(KeyUse use) {
        return keys.stream()
                .filter(key -> key.use() == use && key.state() == KeyState.PUBLISHED)
                .min(Comparator.comparing(RingKey::publishedAt));
    }

    public Optional<RingKey> find(KeyId id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** When the active key of this use is due to be replaced, if its successor is old enough by then. */
    public Instant nextRotation(KeyUse use, RotationPolicy policy) {
        return active(use).activatedAt().orElseThrow().plus(policy.rotateEvery());
    }

    /** Adds a new key of this use that signs nothing yet, with the algorithm the policy now names. */
    public KeyRing publish(KeyUse use, RotationPolicy policy, KeyVault vault, Instant now) {
        List<RingKey> next = new ArrayList<>(keys);
        next.add(RingKey.generate(use, policy.algorithm(), vault, now));
        return new KeyRing(next);
    }

    /**
     * Makes the successor active and retires the key it follows, whose private half is destroyed if it signed.
     *
     * @throws IllegalStateException if nothing was published, or too recently for every verifier to know it
     */
    public KeyRing activate(KeyUse use, RotationPolicy policy, Instant now) {
        RingKey successor = successor(use)
                .orElseThrow(() -> new IllegalStateException("no published key for " + use + ": publish one first"));
        if (!hasPropagated(successor, policy, now)) {
            throw new IllegalStateException("key " + successor.id() + " was published "
                    + Duration.between(successor.publishedAt(), now) + " ago, less than the propagation time of "
                    + policy.propagation() + ": verifiers may not know it yet");
        }
        return replaceActive(use, successor, now, previous -> previous.retire(now));
    }

    /**
     * {@link #activate}, and publishes the next successor at once, so that there always is an aged one.
     *
     * @throws IllegalStateException as {@link #activate} does
     */
    public KeyRing rotate(KeyUse use, RotationPolicy policy, KeyVault vault, Instant now) {
        KeyRing rotated = activate(use, policy, now);
        return rotated.successor(use).isPresent() ? rotated : rotated.publish(use, policy, vault, now);
    }

    /** Drops retired and revoked keys whose tokens have all expired. */
    public KeyRing removeExpired(RotationPolicy policy, Instant now) {
        List<RingKey> kept = keys.stream()
                .filter(key -> key.endedAt()
                        .map(ended -> now.isBefore(ended.plus(policy.retention(key.use()))))
                        .orElse(true))
                .toList();
        return kept.size() == keys.size() ? this : new KeyRing(kept);
    }

    /**
     * Withdraws a leaked key at once. If it was active, its successor takes over without any wait and a new successor
     * is published. Tokens made with the revoked key are refused by every verifier that has heard.
     *
     * @throws IllegalArgumentException if the ring has no such key
     */
    public KeyRing revoke(KeyId id, RotationPolicy policy, KeyVault vault, Instant now) {
        RingKey leaked =
                find(id).orElseThrow(() -> new IllegalArgumentException("the ring has no key with the id " + id));
        if (leaked.state() == KeyState.REVOKED) {
            return this;
        }
        if (leaked.state() != KeyState.ACTIVE) {
            return new KeyRing(replace(leaked, leaked.revoke(now)));
        }
        KeyRing ready = successor(leaked.use()).isPresent() ? this : publish(leaked.use(), policy, vault, now);
        RingKey successor = ready.successor(leaked.use()).orElseThrow();
        return ready.replaceActive(leaked.use(), successor, now, previous -> previous.revoke(now))
                .publish(leaked.use(), policy, vault, now);
    }

    /**
     * Everything the policy asks for at this instant: expired keys go, due keys are replaced, and every use has a
     * published successor. A timer calls this; it may do so at any time and as often as it likes.
     *
     * @return this very ring if nothing is due
     */
    public KeyRing advance(RotationPolicy policy, KeyVault vault, Instant now) {
        KeyRing ring = removeExpired(policy, now);
        for (KeyUse use : KeyUse.values()) {
            boolean due = !now.isBefore(ring.nextRotation(use, policy));
            boolean ready = ring.successor(use)
                    .filter(key -> hasPropagated(key, policy, now))
                    .isPresent();
            if (due && ready) {
                ring = ring.rotate(use, policy, vault, now);
            } else if (ring.successor(use).isEmpty()) {
                ring = ring.publish(use, policy, vault, now);
            }
        }
        return ring;
    }

    /**
     * The whole ring with every private and symmetric key, as JSON. The one way to them: for a
     * {@link org.sipoauth.keys.store.KeyRingStore} that encrypts it before it goes anywhere.
     */
    public String toPrivateJson() {
        return RingDocument.write(keys);
    }

    /**
     * Reads what {@link #toPrivateJson} wrote.
     *
     * @throws IllegalArgumentException if it is anything else; the message holds nothing of the input
     * @throws IllegalStateException if the vault lacks the private half of a key that signs or will sign
     */
    public static KeyRing fromPrivateJson(String json, KeyVault vault) {
        return new KeyRing(RingDocument.read(json, vault));
    }

    private KeyRing replaceActive(KeyUse use, RingKey successor, Instant now, UnaryOperator<RingKey> end) {
        RingKey previous = active(use);
        Map<KeyId, RingKey> changed =
                Map.of(previous.id(), end.apply(previous), successor.id(), successor.activate(now));
        return new KeyRing(
                keys.stream().map(key -> changed.getOrDefault(key.id(), key)).toList());
    }

    private List<RingKey> replace(RingKey before, RingKey after) {
        return keys.stream().map(key -> key == before ? after : key).toList();
    }

    private static boolean hasPropagated(RingKey key, RotationPolicy policy, Instant now) {
        return !now.isBefore(key.publishedAt().plus(policy.propagation()));
    }

    private static void requireUniqueIds(List<RingKey> keys) {
        Set<KeyId> seen = new HashSet<>();
        for (RingKey key : keys) {
            if (!seen.add(key.id())) {
                throw new IllegalArgumentException("two keys have the id " + key.id());
            }
        }
    }

    private static void requireExactlyOneActive(List<RingKey> keys, KeyUse use) {
        long active = keys.stream()
                .filter(key -> key.use() == use && key.state() == KeyState.ACTIVE)
                .count();
        if (active != 1) {
            throw new IllegalArgumentException(active + " active keys for " + use + "; a ring has exactly one");
        }
    }

    /** Counts by use and state: no key material. */
    @Override
    public String toString() {
        Map<KeyUse, Map<KeyState, Integer>> counts = new EnumMap<>(KeyUse.class);
        for (RingKey key : keys) {
            counts.computeIfAbsent(key.use(), use -> new EnumMap<>(KeyState.class))
                    .merge(key.state(), 1, Integer::sum);
        }
        return "KeyRing" + counts;
    }
}
