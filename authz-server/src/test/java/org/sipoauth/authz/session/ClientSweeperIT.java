package org.sipoauth.authz.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestClock;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.refresh.FamilyId;
import org.sipoauth.authz.refresh.Session;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.status.StatusListName;
import org.sipoauth.authz.status.StatusReference;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Revoking all logins of a client, by several servers on one real Redis. The logins themselves are made up. */
class ClientSweeperIT {
    private static final Duration LONGEST_LOGIN = Duration.ofDays(60);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    private static final Duration SETTLED = Duration.ofSeconds(6);

    private static RedisForTests.Running redis;

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private final MadeUpSessions sessions = new MadeUpSessions();
    private StringRedisTemplate template;

    @BeforeAll
    static void open() {
        redis = RedisForTests.open();
    }

    @AfterAll
    static void close() {
        redis.close();
    }

    @BeforeEach
    void empty() {
        template = redis.template();
        redis.empty();
    }

    @Test
    void endsTheLoginsOfTheClientThatBeganBefore() {
        sessions.add(0, "softphone", clock.instant());
        int last = Sessions.BUCKETS - 1;
        sessions.add(last, "softphone", clock.instant().minusSeconds(1));
        sessions.add(7, "deskphone", clock.instant().minusSeconds(1));
        Server server = new Server();
        server.revocations.begin("softphone", "stolen");
        sessions.add(9, "softphone", clock.instant().plusSeconds(1));

        clock.advance(SETTLED);
        server.sweeper.turn();

        assertThat(sessions.revoked()).containsExactlyInAnyOrder("bucket 0", "bucket " + last);
        assertThat(sessions.reasons).containsOnly("stolen");
        ClientSweep sweep = server.revocations.progress("softphone").orElseThrow();
        assertThat(sweep.isDone()).isTrue();
        assertThat(sweep.revoked()).isEqualTo(2);
        assertThat(sweep.bucketsLeft()).isZero();
    }

    /** A login under way enters the index before its record exists, and may do so just behind the sweep. */
    @Test
    void waitsForLoginsUnderWay() {
        Server server = new Server();
        server.revocations.begin("softphone", "stolen");

        clock.advance(Duration.ofSeconds(4));
        server.sweeper.turn();

        assertThat(server.revocations.progress("softphone").orElseThrow().bucketsLeft())
                .isEqualTo(Sessions.BUCKETS);
    }

    @Test
    void refusesAtEveryServerWithinALook() {
        Server one = new Server();
        Server other = new Server(folder.resolve("other"));
        Instant before = clock.instant();
        one.revocations.begin("softphone", "stolen");
        assertThat(one.revocations.isRevoked("softphone", before)).isTrue();
        assertThat(other.revocations.isRevoked("softphone", before)).isFalse();

        other.revocations.look();

        assertThat(other.revocations.isRevoked("softphone", before)).isTrue();
        assertThat(other.revocations.isRevoked("softphone", before.plusMillis(1)))
                .isFalse();
        assertThat(other.revocations.isRevoked("deskphone", before)).isFalse();
        assertThat(new Server(folder.resolve("later")).revocations.isRevoked("softphone", before))
                .describedAs("a server that starts later")
                .isTrue();
    }

    @Test
    void goesOnWhereADeadServerWas() {
        for (int bucket = 0; bucket < Sessions.BUCKETS; bucket += 1_000) {
            sessions.add(bucket, "softphone", clock.instant());
        }
        Server first = new Server();
        Server second = new Server(folder.resolve("second"));
        first.revocations.begin("softphone", "stolen");
        second.revocations.look();
        clock.advance(SETTLED);
        sessions.failFrom = Sessions.BUCKETS / 2;
        sessions.slow = true; // it writes down its work once a second
        first.sweeper.turn(); // and dies
        int left = first.revocations.progress("softphone").orElseThrow().bucketsLeft();
        assertThat(left).isBetween(Sessions.BUCKETS / 2, Sessions.BUCKETS - 1);
        sessions.failFrom = Integer.MAX_VALUE;
        sessions.slow = false;

        second.sweeper.turn();
        assertThat(second.revocations.progress("softphone").orElseThrow().bucketsLeft())
                .describedAs("while the first one may still be at it")
                .isEqualTo(left);
        sessions.visited.clear();
        clock.advance(ClientSweeper.LEASE.plusSeconds(1));
        second.sweeper.turn();

        assertThat(second.revocations.progress("softphone").orElseThrow().isDone())
                .isTrue();
        assertThat(sessions.visited).hasSize(left).doesNotContain(0);
        assertThat(sessions.revoked()).hasSameSizeAs(sessions.byBucket.values());
    }

    @Test
    void beginsAgainWhenTheClientIsRevokedAgain() {
        Server server = new Server();
        server.revocations.begin("softphone", "stolen");
        clock.advance(SETTLED);
        server.sweeper.turn();
        sessions.add(5, "softphone", clock.instant());

        server.revocations.begin("softphone", "stolen again");
        clock.advance(SETTLED);
        server.sweeper.turn();

        assertThat(sessions.revoked()).containsExactly("bucket 5");
        assertThat(server.revocations.progress("softphone").orElseThrow().revoked())
                .isEqualTo(1);
    }

    @Test
    void goesOnAfterTheStoreLostEverything() {
        sessions.add(5, "softphone", clock.instant());
        Server server = new Server();
        Instant before = clock.instant();
        server.revocations.begin("softphone", "stolen");

        redis.empty();
        server.revocations.look();
        clock.advance(SETTLED);
        server.sweeper.turn();

        assertThat(new Server(folder.resolve("later")).revocations.isRevoked("softphone", before))
                .isTrue();
        assertThat(sessions.revoked()).containsExactly("bucket 5");
    }

    /** All servers stopped, and Redis back from a backup that is older than the revocation. */
    @Test
    void goesOnFromItsFileAfterTheStoreLostEverythingAndTheServerWasStopped() {
        sessions.add(5, "softphone", clock.instant());
        Instant before = clock.instant();
        new Server().revocations.begin("softphone", "stolen");
        redis.empty();

        Server again = new Server();
        assertThat(again.revocations.isRevoked("softphone", before)).isTrue();
        clock.advance(SETTLED);
        again.sweeper.turn();

        assertThat(sessions.revoked()).containsExactly("bucket 5");
        assertThat(new Server(folder.resolve("another")).revocations.isRevoked("softphone", before))
                .describedAs("the store has it again")
                .isTrue();
    }

    @Test
    void startsWithoutWhatCannotBeReadOfItsFile() throws IOException {
        Files.writeString(
                folder.resolve("client-revocations"),
                "%d softphone\nno number\n".formatted(clock.instant().toEpochMilli()));

        Server server = new Server();

        assertThat(server.revocations.isRevoked("softphone", clock.instant().minusMillis(1)))
                .isTrue();
        server.revocations.begin("deskphone", "stolen");
        assertThat(new CutoffFile(folder.resolve("client-revocations")).load())
                .containsOnlyKeys("softphone", "deskphone");
    }

    @Test
    void forgetsARevocationWhenNoLoginFromBeforeIsLeft() {
        Server server = new Server();
        Instant before = clock.instant();
        server.revocations.begin("softphone", "stolen");
        for (String key : Set.of("clients:revoked", "clients:sweep:softphone")) {
            assertThat(template.getExpire(key))
                    .isBetween(1L, Duration.ofDays(61).toSeconds());
        }

        clock.advance(LONGEST_LOGIN.plusDays(1).plusSeconds(1));
        server.revocations.look();

        assertThat(server.revocations.isRevoked("softphone", before)).isFalse();
        assertThat(template.hasKey("clients:revoked")).isFalse();
        assertThat(new CutoffFile(folder.resolve("client-revocations")).load()).isEmpty();
    }

    private final class Server {
        private final ClientRevocationStore store =
                new ClientRevocationStore(template, redis.confirmedWrites(), LONGEST_LOGIN);
        private final ClientRevocations revocations;
        private final ClientSweeper sweeper;

        /** Each has a folder of its own in production; here one, as if one server were started again. */
        Server() {
            this(folder);
        }

        Server(Path data) {
            revocations = new ClientRevocations(store, new CutoffFile(data.resolve("client-revocations")), clock);
            sweeper = new ClientSweeper(revocations, store, sessions, clock, LOOK_EVERY);
        }
    }

    /** One login a bucket at most. */
    private static final class MadeUpSessions implements Sessions {
        private final Map<Integer, Session> byBucket = new LinkedHashMap<>();
        private final Set<FamilyId> ended = new HashSet<>();
        private final List<String> reasons = new ArrayList<>();
        private final Set<Integer> visited = new HashSet<>();
        private int failFrom = Integer.MAX_VALUE;
        private boolean slow;

        void add(int bucket, String client, Instant begun) {
            FamilyId id = FamilyId.parse("s%02d.%021dA".formatted(bucket % 64, bucket));
            byBucket.put(
                    bucket,
                    new Session(
                            id,
                            "bucket " + bucket,
                            Optional.empty(),
                            client,
                            Set.of(),
                            begun,
                            begun.plus(LONGEST_LOGIN),
                            Optional.empty(),
                            1,
                            new StatusReference(new StatusListName(bucket % 64, 1, 0), 1),
                            Optional.empty()));
        }

        List<String> revoked() {
            return byBucket.values().stream()
                    .filter(session -> ended.contains(session.id()))
                    .map(Session::user)
                    .toList();
        }

        @Override
        public List<Entry> inBucket(int bucket) {
            if (bucket >= failFrom) {
                throw new QueryTimeoutException("the server dies");
            }
            visited.add(bucket);
            if (slow) {
                LockSupport.parkNanos(500_000);
            }
            Session session = byBucket.get(bucket);
            return session == null ? List.of() : List.of(new Entry(session.user(), session.id(), session.end()));
        }

        @Override
        public List<Session> find(List<FamilyId> ids) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<Session> find(FamilyId id) {
            return byBucket.values().stream()
                    .filter(session -> session.id().equals(id))
                    .findFirst();
        }

        @Override
        public boolean revoke(FamilyId id, Kind kind, String reason) {
            assertThat(kind).isEqualTo(Kind.CLIENT);
            reasons.add(reason);
            return ended.add(id);
        }

        @Override
        public List<Session> ofUser(String user) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Session> ofDevice(String device) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<FamilyId> idsOfUser(String user) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<FamilyId> idsOfDevice(String device) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int revokeUser(String user, String reason) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int revokeDevice(String device, String reason) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int revokeDevice(String device, Instant cutoff, String reason) {
            throw new UnsupportedOperationException();
        }
    }
}
