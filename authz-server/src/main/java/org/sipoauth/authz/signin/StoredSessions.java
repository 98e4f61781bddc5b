package org.sipoauth.authz.signin;

import static org.springframework.security.web.context.HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Predicate;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.RandomSecret;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.session.MapSession;
import org.springframework.session.SessionRepository;

/**
 * Sign-in sessions in Redis, so that any server goes on with what another began. One value each, with the session's
 * time-out as its TTL, named by a hash of the session id and encrypted under a key derived from it: only the browser's
 * cookie holds the id. Who reads the store can take no session over, and who writes to it can make none up, which is
 * also what makes it safe to deserialize them.
 *
 * <p>A session is over as soon as what was signed in to does not hold any more, without a search for it: that is looked at
 * whenever one is read.
 */
final class StoredSessions implements SessionRepository<MapSession> {
    private static final Logger LOG = LoggerFactory.getLogger(StoredSessions.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ID_BITS = 256;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    /** The attribute of a session that the store has had: whether somebody was signed in then. */
    private static final String SIGNED_IN_AS_STORED = StoredSessions.class.getName() + ".SIGNED_IN";

    private final RedisTemplate<String, byte[]> redis;
    private final Duration timeout;
    private final Predicate<Authentication> stillHolds;
    private final Clock clock;

    /** @param stillHolds whether what was signed in to may be gone on with */
    StoredSessions(
            RedisTemplate<String, byte[]> redis, Duration timeout, Predicate<Authentication> stillHolds, Clock clock) {
        this.redis = redis;
        this.timeout = timeout;
        this.stillHolds = stillHolds;
        this.clock = clock;
    }

    @Override
    public MapSession createSession() {
        MapSession session = new MapSession(StoredSessions::newId);
        session.setMaxInactiveInterval(timeout);
        return session;
    }

    /** One that has ended in another request since it was read is not brought back, unless a sign-in has just renewed it. */
    @Override
    public void save(MapSession session) {
        Boolean signedInBefore = session.getAttribute(SIGNED_IN_AS_STORED);
        boolean renamed = !session.getId().equals(session.getOriginalId()); // after a sign-in it has another
        if (renamed && !redis.delete(name(session.getOriginalId())) && Boolean.TRUE.equals(signedInBefore)) {
            return;
        }
        session.setAttribute(SIGNED_IN_AS_STORED, session.getAttribute(SPRING_SECURITY_CONTEXT_KEY) != null);
        String name = name(session.getId());
        byte[] value = encrypt(session.getId(), new MapSession(session));
        if (signedInBefore != null && !renamed) {
            redis.opsForValue().setIfPresent(name, value, session.getMaxInactiveInterval());
        } else {
            redis.opsForValue().set(name, value, session.getMaxInactiveInterval());
        }
    }

    @Override
    public @Nullable MapSession findById(String id) {
        byte[] stored = redis.opsForValue().get(name(id));
        if (stored == null) {
            return null;
        }
        try {
            MapSession session = decrypt(id, stored);
            session.setSessionIdGenerator(StoredSessions::newId);
            if (session.isExpired() || SignInMemory.isOver(session, clock.instant()) || !isInForce(session)) {
                deleteById(id);
                return null;
            }
            return session;
        } catch (GeneralSecurityException | IOException | ClassNotFoundException e) {
            LOG.warn(
                    "a sign-in session of another release, or one that was tampered with, is dropped: {}",
                    e.toString());
            deleteById(id);
            return null;
        }
    }

    @Override
    public void deleteById(String id) {
        redis.delete(name(id));
    }

    private boolean isInForce(MapSession session) {
        SecurityContext context = session.getAttribute(SPRING_SECURITY_CONTEXT_KEY);
        Authentication signedIn = context == null ? null : context.getAuthentication();
        return signedIn == null || stillHolds.test(signedIn);
    }

    private static String newId() {
        return RandomSecret.ofBits(ID_BITS);
    }

    private static String name(String id) {
        return "session:" + HexFormat.of().formatHex(derive("name", id));
    }

    private static byte[] encrypt(String id, MapSession session) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(plain)) {
            out.writeObject(session);
            out.flush();
            byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, id, nonce).doFinal(plain.toByteArray());
            byte[] stored = Arrays.copyOf(nonce, NONCE_BYTES + encrypted.length);
            System.arraycopy(encrypted, 0, stored, NONCE_BYTES, encrypted.length);
            return stored;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("a sign-in session holds what cannot be stored", e);
        }
    }

    private static MapSession decrypt(String id, byte[] stored)
            throws GeneralSecurityException, IOException, ClassNotFoundException {
        if (stored.length < NONCE_BYTES) {
            throw new IOException("too short");
        }
        byte[] nonce = Arrays.copyOf(stored, NONCE_BYTES);
        byte[] plain = cipher(Cipher.DECRYPT_MODE, id, nonce).doFinal(stored, NONCE_BYTES, stored.length - NONCE_BYTES);
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(plain))) {
            return (MapSession) in.readObject();
        }
    }

    private static Cipher cipher(int mode, String id, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(derive("key", id), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }

    /** Of an id of 256 random bits nothing slower than a hash is needed. */
    private static byte[] derive(String purpose, String id) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return digest.digest(("sip-oauth session " + purpose + " " + id).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}
