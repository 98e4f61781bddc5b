package org.sipoauth.authz.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.redis.RedisForTests;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.session.MapSession;

/** Sign-in sessions as several servers share them. */
class StoredSessionsIT {
    private static RedisForTests.Running store;
    private static StringRedisTemplate keys;
    private static RedisTemplate<String, byte[]> redis;

    private final StoredSessions sessions =
            new StoredSessions(redis, Duration.ofMinutes(15), signedIn -> true, Clock.systemUTC());

    @BeforeAll
    static void open() {
        store = RedisForTests.open();
        keys = store.template();
        redis = new RedisTemplate<>();
        redis.setConnectionFactory(Objects.requireNonNull(keys.getConnectionFactory()));
        redis.setKeySerializer(RedisSerializer.string());
        redis.setValueSerializer(RedisSerializer.byteArray());
        redis.afterPropertiesSet();
    }

    @AfterAll
    static void close() {
        store.close();
    }

    @BeforeEach
    void empty() {
        store.empty();
    }

    @Test
    void isFoundByAnotherServer() {
        MapSession session = saved("alice");

        MapSession found = new StoredSessions(redis, Duration.ofMinutes(15), signedIn -> true, Clock.systemUTC())
                .findById(session.getId());

        assertThat(found).isNotNull();
        assertThat(found.<String>getAttribute("account")).isEqualTo("alice");
        assertThat(found.getMaxInactiveInterval()).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void endsAtTheEndOfARememberedSignInHoweverOftenItIsUsed() {
        Instant end = Instant.ofEpochMilli(1_900_000_000_000L);
        MapSession session = saved("alice");
        session.setAttribute("end", end.toEpochMilli());
        sessions.save(session);

        assertThat(at(end.minusMillis(1)).findById(session.getId())).isNotNull();
        assertThat(at(end).findById(session.getId())).isNull();
        assertThat(at(end.minusMillis(1)).findById(session.getId())).isNull();
    }

    private StoredSessions at(Instant now) {
        return new StoredSessions(redis, Duration.ofMinutes(15), account -> true, Clock.fixed(now, ZoneOffset.UTC));
    }

    @Test
    void endsByItselfInTheStore() {
        MapSession session = saved("alice");

        assertThat(keys.getExpire(onlyKey())).isBetween(1L, 15 * 60L);

        session.setMaxInactiveInterval(Duration.ofMillis(1));
        sessions.save(session);
        await().until(() -> keys.keys("*").isEmpty());
        assertThat(sessions.findById(session.getId())).isNull();
    }

    @Test
    void tellsAReaderOfTheStoreNeitherIdNorContent() {
        MapSession session = saved("alice-in-the-session");

        assertThat(onlyKey()).startsWith("session:").doesNotContain(session.getId());
        assertThat(new String(stored(onlyKey()), StandardCharsets.ISO_8859_1)).doesNotContain("alice-in-the-session");
    }

    @Test
    void dropsOneThatWasTamperedWith() {
        MapSession session = saved("alice");
        byte[] stored = stored(onlyKey());
        stored[stored.length / 2] ^= 1;
        redis.opsForValue().set(onlyKey(), stored);

        assertThat(sessions.findById(session.getId())).isNull();
        assertThat(keys.keys("*")).isEmpty();
    }

    @Test
    void dropsOneThatWasMovedToAnotherId() {
        MapSession mallory = saved("mallory");
        String from = onlyKey();
        MapSession alice = saved("alice");
        redis.opsForValue().set(keyBeside(from), stored(from));

        assertThat(sessions.findById(alice.getId())).isNull();
        assertThat(sessions.findById(mallory.getId())).isNotNull();
    }

    @Test
    void forgetsTheIdFromBeforeTheSignIn() {
        MapSession session = saved("alice");
        String before = session.getId();

        String after = session.changeSessionId();
        sessions.save(session);

        assertThat(after).isNotEqualTo(before);
        assertThat(sessions.findById(before)).isNull();
        assertThat(sessions.findById(after)).isNotNull();
    }

    @Test
    void forgetsTheIdFromBeforeTheSignInOfASessionReadBack() {
        String before = saved("alice").getId();
        MapSession session = Objects.requireNonNull(sessions.findById(before));

        session.changeSessionId();
        sessions.save(session);

        assertThat(sessions.findById(before)).isNull();
        assertThat(sessions.findById(session.getId())).isNotNull();
    }

    @Test
    void endsWithWhatItWasSignedInTo() {
        MapSession signedIn = signedIn("alice", sessions.createSession());
        MapSession nobody = saved("before the sign-in");
        StoredSessions later = new StoredSessions(
                redis, Duration.ofMinutes(15), account -> !account.getName().equals("alice"), Clock.systemUTC());

        assertThat(later.findById(signedIn.getId())).isNull();
        assertThat(later.findById(nobody.getId())).isNotNull();
        assertThat(keys.keys("*")).hasSize(1);
    }

    /** Such as a page that was still being made when somebody signed out. */
    @Test
    void aRequestThatEndsAfterTheSignOutDoesNotBringTheSessionBack() {
        MapSession signedIn = signedIn("alice", sessions.createSession());
        String id = signedIn.getId();
        MapSession underWay = Objects.requireNonNull(sessions.findById(id));
        MapSession renamed = Objects.requireNonNull(sessions.findById(id));
        renamed.changeSessionId();

        sessions.deleteById(id);
        sessions.save(underWay);
        sessions.save(renamed);

        assertThat(keys.keys("*")).isEmpty();
    }

    /** Whose browser shows what the second of two clicks was answered. */
    @Test
    void bothOfTwoSignInsFromOnePageGiveASession() {
        String id = saved("nobody yet").getId();
        MapSession first = Objects.requireNonNull(sessions.findById(id));
        MapSession second = Objects.requireNonNull(sessions.findById(id));

        for (MapSession session : List.of(first, second)) {
            session.changeSessionId();
            signedIn("alice", session);
        }

        assertThat(sessions.findById(first.getId())).isNotNull();
        assertThat(sessions.findById(second.getId())).isNotNull();
        assertThat(sessions.findById(id)).isNull();
    }

    private MapSession signedIn(String account, MapSession session) {
        session.setAttribute(
                HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY,
                new SecurityContextImpl(new TestingAuthenticationToken(account, null)));
        sessions.save(session);
        return session;
    }

    private MapSession saved(String account) {
        MapSession session = sessions.createSession();
        session.setAttribute("account", account);
        sessions.save(session);
        return session;
    }

    private static String onlyKey() {
        Set<String> all = keys.keys("*");
        assertThat(all).hasSize(1);
        return all.iterator().next();
    }

    private static String keyBeside(String other) {
        return keys.keys("*").stream()
                .filter(key -> !key.equals(other))
                .findFirst()
                .orElseThrow();
    }

    private static byte[] stored(String key) {
        return Objects.requireNonNull(redis.opsForValue().get(key));
    }
}
