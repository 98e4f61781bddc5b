package org.sipoauth.authz.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestClock;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.signing.TestSigningKeys;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Several servers' mirrors over one real Redis, which forgets. */
class StatusListMirrorIT {
    private static final Duration ACCESS_TOKEN = Duration.ofMinutes(60);
    private static final String ISSUER = "https://localhost:8443";

    private static RedisForTests.Running redis;

    @TempDir
    Path folder;

    private final TestSigningKeys keys = new TestSigningKeys();
    private final TestClock clock = new TestClock(Instant.now());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final StatusListName name =
            StatusListName.forEnd(17, clock.instant().plus(60, ChronoUnit.DAYS), 0);
    private StringRedisTemplate store;

    @BeforeAll
    static void open() {
        redis = RedisForTests.open();
    }

    @AfterAll
    static void close() {
        redis.close();
    }

    @BeforeEach
    void begin() {
        store = redis.template();
        redis.empty();
        allocate(name);
    }

    @Test
    void showsANewListAtTheNextLook() {
        Server server = new Server("one");
        server.mirror.look();
        assertThat(server.revoked(name)).isEmpty();

        StatusListName next = new StatusListName(name.shard(), name.period(), 1);
        allocate(next);
        server.mirror.look();

        assertThat(server.revoked(next)).isEmpty();
        assertThat(server.lists.aggregation().orElseThrow().body()).contains(name.uri(ISSUER), next.uri(ISSUER));
    }

    @Test
    void showsARevocationAtTheNextLook() {
        Server server = new Server("one");
        server.mirror.look();

        revoke(name, 4_711);
        server.mirror.look();

        assertThat(server.revoked(name)).containsExactly(4_711);
    }

    @Test
    void putsBackWhatTheStoreLostAltogether() {
        Server server = new Server("one");
        revoke(name, 4_711);
        server.mirror.look();

        redis.empty();
        server.mirror.look();

        assertThat(server.revoked(name)).containsExactly(4_711);
        assertThat(stored(name, 4_711)).isTrue();
        assertThat(store.getExpire(name.revokedKey(), TimeUnit.DAYS)).isBetween(1L, 100L);
        assertThat(store.getExpire(name.takenKey(), TimeUnit.DAYS)).isBetween(1L, 100L);
        assertThat(store.getExpire(StatusListName.shardKey(17), TimeUnit.DAYS)).isBetween(1L, 100L);
        assertThat(meters.counter("sipoauth.status_lists.restored").count()).isEqualTo(1);
        Server other = new Server("other");
        other.mirror.look();
        assertThat(other.revoked(name)).containsExactly(4_711);
    }

    /** Whose the indexes were that were given out, the store does not know any more. */
    @Test
    void givesOutNoIndexOfAListThatTheStoreLost() {
        Server server = new Server("one");
        server.mirror.look();

        redis.empty();
        server.mirror.look();

        assertThat(store.opsForHash().get(StatusListName.shardKey(17), name.field()))
                .isEqualTo(Integer.toString(StatusListName.CAPACITY));
    }

    @Test
    void putsBackWhatAnOlderBackupLacks() {
        revoke(name, 1);
        byte[] status = dump(StatusListName.shardKey(17));
        byte[] revoked = dump(name.revokedKey());
        Server server = new Server("one");
        revoke(name, 2);
        server.mirror.look();

        redis.empty();
        restore(StatusListName.shardKey(17), status);
        restore(name.revokedKey(), revoked);
        revoke(name, 3);
        server.mirror.look();

        assertThat(server.revoked(name)).containsExactly(1, 2, 3);
        assertThat(stored(name, 2)).isTrue();
        assertThat(store.opsForValue().getBit(name.takenKey(), 2)).isTrue();
        assertThat(meters.counter("sipoauth.status_lists.restored").count()).isEqualTo(1);
    }

    @Test
    void tellsTheOtherServersWhatItPutBack() {
        Server one = new Server("one");
        Server other = new Server("other");
        other.mirror.look();
        revoke(name, 5);
        one.mirror.look();
        store.delete(name.revokedKey()); // before the other one looked
        store.opsForHash().put(StatusListName.shardKey(17), StatusListName.CHANGED, "older");

        one.mirror.look();
        other.mirror.look();

        assertThat(other.revoked(name)).containsExactly(5);
    }

    /** Nothing tells of a single key that is gone: it is found when its shard's turn comes. */
    @Test
    void findsADeletedKeyInTime() {
        Server server = new Server("one");
        revoke(name, 4_711);
        server.mirror.look();
        store.delete(name.revokedKey());

        for (int look = 0; look < StatusListName.SHARDS / 2; look++) {
            server.mirror.look();
        }

        assertThat(stored(name, 4_711)).isTrue();
    }

    @Test
    void putsBackFromTheDiskWhatEverythingElseForgot() {
        Server before = new Server("one");
        revoke(name, 4_711);
        before.mirror.look();

        redis.empty();
        Server after = new Server("one");
        after.mirror.look();

        assertThat(after.revoked(name)).containsExactly(4_711);
        assertThat(stored(name, 4_711)).isTrue();
    }

    @Test
    void putsBackManyAtOnce() {
        int[] indexes = new Random(4)
                .ints(0, StatusListName.SIZE)
                .distinct()
                .limit(5_000)
                .sorted()
                .toArray();
        for (int index : indexes) {
            store.opsForValue().setBit(name.revokedKey(), index, true);
        }
        Server server = new Server("one");
        server.mirror.look();

        redis.empty();
        server.mirror.look();

        assertThat(new StatusListStore(store, ACCESS_TOKEN).list(name).revokedBeyond(StatusList.empty(name)))
                .containsExactly(indexes);
        assertThat(meters.counter("sipoauth.status_lists.restored").count()).isEqualTo(5_000);
    }

    @Test
    void dropsAListPastItsLifeEverywhere() {
        Server server = new Server("one");
        revoke(name, 4_711);
        server.mirror.look();
        Path file = folder.resolve("one").resolve(name.toString());
        assertThat(file).exists();

        clock.set(name.goneAt(ACCESS_TOKEN).minus(Duration.ofMinutes(1)));
        redis.empty();
        server.mirror.look();

        assertThat(server.lists.token(name)).isEmpty();
        assertThat(file).doesNotExist();
        assertThat(store.hasKey(name.revokedKey())).isFalse();
        assertThat(new Server("one").mirror.seen().lists()).isEmpty();
    }

    @Test
    void servesOnAndTellsItsAgeWhileTheStoreIsAway() {
        RedisForTests.Running other = RedisForTests.open();
        StringRedisTemplate away = other.template();
        Server server = new Server("one", away);
        allocate(away, name);
        server.mirror.look();
        StatusListHealth health = new StatusListHealth(server.mirror, clock);
        Instant read = server.mirror.seen().at();
        other.close();

        clock.set(clock.instant().plusSeconds(31));
        server.mirror.look();

        assertThat(server.revoked(name)).isEmpty();
        assertThat(server.mirror.seen().at()).isEqualTo(read);
        assertThat(health.health().getStatus().getCode()).isEqualTo("DOWN");
        clock.set(clock.instant().minusSeconds(1));
        assertThat(health.health().getStatus().getCode()).isEqualTo("UP");
    }

    /** A verifier takes the list with the later time of issue. */
    @Test
    void neverPutsAListOfAServerThatIsCutOffBeforeLaterRevocations() {
        Server sound = new Server("sound");
        RedisForTests.Running cut = redis.again();
        Server cutOff = new Server("cut off", cut.template());
        cutOff.mirror.look();
        cut.close();

        clock.set(clock.instant().plusSeconds(1));
        revoke(name, 4_711);
        sound.mirror.look();
        clock.set(clock.instant().plus(Duration.ofHours(2)));
        keys.rotate();
        cutOff.mirror.look();

        assertThat(sound.revoked(name)).containsExactly(4_711);
        assertThat(cutOff.revoked(name)).isEmpty();
        assertThat(cutOff.issuedAt(name)).isBefore(sound.issuedAt(name));
        assertThat(cutOff.lists.aggregation()).isEmpty();
    }

    @Test
    void servesWhatIsOnTheDiskOnlyOnceTheStoreWasRead() {
        Server before = new Server("one");
        before.mirror.look();
        RedisForTests.Running away = redis.again();
        Server after = new Server("one", away.template());
        away.close();

        after.mirror.look();

        assertThat(after.mirror.seen().lists()).hasSize(1);
        assertThat(after.lists.token(name)).isEmpty();
        assertThat(after.lists.aggregation()).isEmpty();
    }

    @Test
    void writesNothingToTheDiskWhenNothingChanges() throws Exception {
        Server server = new Server("one");
        server.mirror.look();
        Path file = folder.resolve("one").resolve(name.toString());
        Files.delete(file);

        server.mirror.look();

        assertThat(file).doesNotExist();
    }

    private final class Server {
        final SignedStatusLists lists = new SignedStatusLists(keys, ISSUER, clock);
        final StatusListMirror mirror;

        Server(String folderName) {
            this(folderName, store);
        }

        Server(String folderName, StringRedisTemplate template) {
            mirror = new StatusListMirror(
                    new StatusListStore(template, ACCESS_TOKEN),
                    new StatusListFolder(folder.resolve(folderName), ISSUER),
                    lists,
                    ACCESS_TOKEN,
                    clock,
                    new Audit(clock, record -> {}),
                    meters);
        }

        Instant issuedAt(StatusListName list) {
            return keys.verified(lists.token(list).orElseThrow().body())
                    .getIssueTime()
                    .toInstant();
        }

        /** From the token that is served. */
        int[] revoked(StatusListName list) {
            String token = lists.token(list).orElseThrow().body();
            return PublishedBits.of(keys.verified(token)).stream().toArray();
        }
    }

    private void allocate(StatusListName list) {
        allocate(store, list);
    }

    private static void allocate(StringRedisTemplate template, StatusListName list) {
        template.opsForHash().put(StatusListName.shardKey(list.shard()), list.field(), "1");
    }

    private void revoke(StatusListName list, int index) {
        store.opsForValue().setBit(list.revokedKey(), index, true);
        store.opsForHash().put(StatusListName.shardKey(list.shard()), StatusListName.CHANGED, "after " + index);
    }

    private boolean stored(StatusListName list, int index) {
        return Boolean.TRUE.equals(store.opsForValue().getBit(list.revokedKey(), index));
    }

    private byte[] dump(String key) {
        return store.dump(key);
    }

    private void restore(String key, byte[] value) {
        RedisCallback<Object> restore = connection -> {
            connection.keyCommands().restore(key.getBytes(StandardCharsets.UTF_8), 0, value);
            return List.of();
        };
        store.execute(restore);
    }
}
