package org.sipoauth.authz.signing;

import java.util.List;
import java.util.Optional;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.store.KeyRingStore;
import org.sipoauth.keys.store.KeyRingStoreException;
import org.sipoauth.keys.store.MasterKey;
import org.sipoauth.keys.store.StoredRing;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * A ring that several servers share: one hash in Redis with the version in the clear, for the comparison, and the ring
 * sealed under the master key, which each server has and Redis has not.
 */
final class RedisKeyRingStore implements KeyRingStore {
    static final String KEY = "keyring";

    private static final RedisScript<Long> REPLACE = new DefaultRedisScript<>("""
            local stored = redis.call('HGET', KEYS[1], 'version') or '0'
            if stored ~= ARGV[1] then return 0 end
            redis.call('HSET', KEYS[1], 'version', ARGV[2], 'ring', ARGV[3])
            return 1
            """, Long.class);

    private final StringRedisTemplate redis;
    private final MasterKey masterKey;
    private final KeyVault vault;

    RedisKeyRingStore(StringRedisTemplate redis, MasterKey masterKey, KeyVault vault) {
        this.redis = redis;
        this.masterKey = masterKey;
        this.vault = vault;
    }

    /**
     * A store for this master key, whose ring is first encrypted anew if it still is under the previous one.
     *
     * @throws KeyRingStoreException if the ring is under neither
     */
    static RedisKeyRingStore open(
            StringRedisTemplate redis, MasterKey masterKey, Optional<MasterKey> previous, KeyVault vault) {
        RedisKeyRingStore store = new RedisKeyRingStore(redis, masterKey, vault);
        if (previous.isPresent() && store.isSealedUnder(previous.get())) {
            StoredRing ring =
                    new RedisKeyRingStore(redis, previous.get(), vault).load().orElseThrow();
            store.replace(ring.version(), ring.next(ring.ring())); // or another server has done the same by now
        }
        return store;
    }

    private boolean isSealedUnder(MasterKey key) {
        String stored = redis.<String, String>opsForHash().get(KEY, "ring");
        return stored != null && key.hasSealed(stored);
    }

    @Override
    public Optional<StoredRing> load() {
        try {
            return Optional.ofNullable(redis.<String, String>opsForHash().get(KEY, "ring"))
                    .map(stored -> StoredRing.open(stored, masterKey, vault, "the key ring in Redis"));
        } catch (DataAccessException e) {
            throw new KeyRingStoreException("cannot read the key ring from Redis", e);
        }
    }

    @Override
    public boolean replace(long expectedVersion, StoredRing next) {
        try {
            Long replaced = redis.execute(
                    REPLACE,
                    List.of(KEY),
                    Long.toString(expectedVersion),
                    Long.toString(next.version()),
                    next.sealed(masterKey));
            return replaced == 1;
        } catch (DataAccessException e) {
            throw new KeyRingStoreException(
                    "cannot write the key ring to Redis; what is stored there will be read again", e);
        }
    }
}
