package org.sipoauth.authz.dpop;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Which proofs were used, on whichever server, for as long as they could be used again (RFC 9449 §11.1). While the store
 * is away none can be used: the exception is answered with 503, like every grant's.
 */
final class SeenProofs {
    private final StringRedisTemplate redis;

    SeenProofs(StringRedisTemplate redis) {
        this.redis = redis;
    }

    /**
     * Uses a proof up.
     *
     * @param thumbprint of its key: {@code jti} is unique for one key alone
     * @param left how long the proof could still be used
     * @return false if it was used before
     */
    boolean add(String thumbprint, String id, Duration left) {
        Duration atLeastAMoment = left.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : left;
        return Boolean.TRUE.equals(redis.opsForValue().setIfAbsent(key(thumbprint, id), "", atLeastAMoment));
    }

    private static String key(String thumbprint, String id) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((thumbprint + ' ' + id).getBytes(StandardCharsets.UTF_8));
            return "proof:" + Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}
