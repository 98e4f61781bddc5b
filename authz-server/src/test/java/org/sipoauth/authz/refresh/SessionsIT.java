package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.grant.LoginFamilies.Login;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.redis.WriteNotConfirmed;
import org.sipoauth.authz.refresh.Presentation.Outcome;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/** Finding and ending logins by who has them; on a real Redis. */
class SessionsIT {
    private static final Instant START = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private static final RegisteredClient CLIENT = RegisteredClient.withId("softphone")
            .clientId("softphone")
            .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
            .scope("sip.register")
            .build();
    private static final KeyRing RING = KeyRing.create(RotationPolicy.defaults(), KeyVault.inRing(), START);

    private static RedisForTests.Running redis;

    private final FamilyStore store = new FamilyStore(redis.template(), redis.confirmedWrites(), Duration.ofHours(1));
    private final FamilyIndex index = new FamilyIndex(redis.template(), redis.confirmedWrites());
    private final List<String> recorded = new ArrayList<>();
    private Instant clientCutoff = Instant.MIN;
    private final Families families = families(START);
    private final Sessions sessions = families;

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
        redis.empty();
    }

    @Test
    void findsTheLoginsOfAUserNewestFirst() {
        FamilyId older = begin(START, "alice", "CSFALICE");
        FamilyId newer = begin(START.plusSeconds(1), "alice", "SEP001122334455");
        begin(START, "bob", "CSFBOB");

        assertThat(sessions.ofUser("alice")).extracting(Session::id).containsExactly(newer, older);
        assertThat(sessions.ofUser("nobody")).isEmpty();
    }

    @Test
    void findsTheLoginsOnADevice() {
        FamilyId id = begin(START, "alice", "CSFALICE");
        begin(START, "alice", "SEP001122334455");

        assertThat(sessions.ofDevice("CSFALICE")).extracting(Session::id).containsExactly(id);
    }

    /** Whoever asked gets no token of it, and begins another. */
    @Test
    void keepsNoneThatTheReplicasDoNotConfirm() {
        Families cutOff = families(cutOffStore(), Clock.fixed(START, ZoneOffset.UTC));

        assertThatThrownBy(() -> begin(cutOff, "alice", "CSFALICE")).isInstanceOf(WriteNotConfirmed.class);

        assertThat(sessions.ofUser("alice")).isEmpty();
    }

    /** The repetition, which the answer asks for, finds it revoked already. */
    @Test
    void recordsOnceARevocationThatTheReplicasConfirmLater() {
        FamilyId id = begin(START, "alice", "CSFALICE");
        Families cutOff = families(cutOffStore(), Clock.fixed(START, ZoneOffset.UTC));

        assertThatThrownBy(() -> cutOff.revokeUser("alice", "stolen")).isInstanceOf(WriteNotConfirmed.class);
        assertThatThrownBy(() -> cutOff.revokeUser("alice", "stolen")).isInstanceOf(WriteNotConfirmed.class);
        assertThat(sessions.revokeUser("alice", "stolen")).isZero();

        assertThat(recorded)
                .filteredOn(record -> record.contains("\"event\":\"revoked\""))
                .singleElement()
                .asString()
                .contains(id.toString(), "alice", "CSFALICE", "stolen");
    }

    private static FamilyStore cutOffStore() {
        return new FamilyStore(redis.template(), redis.unconfirmedWrites(), Duration.ofHours(1));
    }

    /** The sweep of a revoked client may have passed the place of a login that takes long to begin. */
    @Test
    void beginsNoneOfAClientWhoseLoginsHaveBeenEndedMeanwhile() {
        clientCutoff = START.plusMillis(1);

        assertThatThrownBy(() -> begin(START, "alice", "CSFALICE")).isInstanceOf(GrantRefused.class);

        assertThat(sessions.ofUser("alice"))
                .singleElement()
                .satisfies(session -> assertThat(session.revoked()).isPresent());
        clientCutoff = START;
        assertThat(sessions.find(begin(START, "alice", "CSFALICE"))
                        .orElseThrow()
                        .revoked())
                .isEmpty();
    }

    @Test
    void findsManyAtOnceInTheirOrderAndLeavesOutThoseThatAreGone() {
        List<FamilyId> all = new ArrayList<>();
        for (int i = 0; i < 101; i++) { // more than are asked for at once
            all.add(begin(START, "alice", "CSFALICE"));
        }
        List<FamilyId> asked = new ArrayList<>(all);
        asked.add(50, FamilyId.random(new SecureRandom()));

        assertThat(sessions.find(asked)).extracting(Session::id).containsExactlyElementsOf(all);
        assertThat(sessions.find(List.of())).isEmpty();
    }

    @Test
    void tellsWhatALoginIsAndHowFarItWent() {
        FamilyId id = begin(START, "alice", "CSFALICE");
        StoredFamily begun = store.find(id).orElseThrow();
        store.present(begun, 1, START.plusSeconds(9), begun.family().end());

        Session session = sessions.find(id).orElseThrow();

        assertThat(session)
                .isEqualTo(new Session(
                        id,
                        "alice",
                        Optional.of("CSFALICE"),
                        "softphone",
                        Set.of("sip.register"),
                        START,
                        begun.family().end(),
                        Optional.of(START.plusSeconds(9)),
                        2,
                        begun.status(),
                        Optional.empty()));
    }

    @Test
    void keepsApartUsersWhoseNamesBeginAlike() {
        FamilyId alice = begin(START, "alice", "CSFALICE");
        begin(START, "alice b", "CSFALICEB");

        assertThat(sessions.ofUser("alice")).extracting(Session::id).containsExactly(alice);
        assertThat(sessions.ofUser("alice b")).hasSize(1);
    }

    @Test
    void revokesAllLoginsOfAUserAndNoOthers() {
        FamilyId one = begin(START, "alice", "CSFALICE");
        FamilyId two = begin(START, "alice", "SEP001122334455");
        FamilyId bobs = begin(START, "bob", "CSFBOB");

        assertThat(sessions.revokeUser("alice", "left the company")).isEqualTo(2);
        assertThat(sessions.revokeUser("alice", "again")).isZero();

        for (FamilyId id : List.of(one, two)) {
            assertThat(sessions.find(id).orElseThrow().revoked())
                    .hasValue(new Session.Revocation(START, "left the company"));
            assertThat(present(id)).isEqualTo(Outcome.REVOKED);
        }
        assertThat(present(bobs)).isEqualTo(Outcome.ROTATED);
    }

    @Test
    void findsAndRevokesInWhateverCaseAUserIsNamed() {
        FamilyId one = begin(START, "Alice", "CSFALICE");
        FamilyId two = begin(START, "alice", "SEP001122334455");

        assertThat(sessions.ofUser("ALICE")).extracting(Session::user).containsExactly("alice", "alice");
        assertThat(sessions.revokeUser("aLICE", "left the company")).isEqualTo(2);

        assertThat(present(one)).isEqualTo(Outcome.REVOKED);
        assertThat(present(two)).isEqualTo(Outcome.REVOKED);
    }

    @Test
    void findsTheLoginsThatAnEarlierReleaseEnteredByANameWithCapitals() {
        FamilyId id = begin(START, "alice", "CSFALICE");
        redis.template().delete("users:" + FamilyIndex.bucket("alice"));
        enter("users:" + FamilyIndex.bucket("Alice"), "Alice " + id, START.plus(Duration.ofDays(60)));
        assertThat(sessions.ofUser("alice")).isEmpty();

        index.keepInLowerCase("Alice", START);

        assertThat(sessions.revokeUser("alice", "left the company")).isEqualTo(1);
    }

    /** What was granted before is over, to the millisecond for each time the logins were ended; what is granted from then on is not, nor what others granted. */
    @Test
    void endsWhatAUserHasGrantedBefore() {
        assertThat(families.endedSince("alice", Optional.empty(), START.minusSeconds(60)))
                .isFalse();

        families(START).revokeUser("Alice", "left the company");
        families(START.minusSeconds(60)).revokeUser("alice", "by a server whose clock is behind");

        assertThat(families.endedSince("alice", Optional.empty(), START.minusSeconds(60)))
                .isTrue();
        assertThat(families.endedSince("alice", Optional.empty(), START)).isTrue();
        assertThat(families.endedSince("alice", Optional.empty(), START.plusMillis(2)))
                .isFalse();
        assertThat(families.endedSince("bob", Optional.empty(), START.minusSeconds(60)))
                .isFalse();
    }

    @Test
    void endsWhatWasGrantedForADeviceBefore() {
        families(START).revokeDevice("CSFALICE", "lost");

        assertThat(families.endedSince("alice", Optional.of("CSFALICE"), START)).isTrue();
        assertThat(families.endedSince("alice", Optional.of("CSFALICE"), START.plusMillis(1)))
                .isFalse();
        assertThat(families.endedSince("alice", Optional.of("SEP001122334455"), START))
                .isFalse();
        assertThat(families.endedSince("alice", Optional.empty(), START)).isFalse();
    }

    /** The index does not have it yet, or the family is not there yet: who ends all logins does not meet this one. */
    @Test
    void endsALoginThatBeginsAtThatVeryMoment() {
        Sessions behind = families(START.minusSeconds(2)); // of another server
        Sessions ahead = families(START.plusSeconds(2));
        for (Runnable end : List.<Runnable>of(
                () -> sessions.revokeDevice("CSFALICE", "lost"),
                () -> sessions.revokeUser("alice", "lost"),
                () -> behind.revokeDevice("CSFALICE", "lost"),
                () -> behind.revokeUser("alice", "lost"),
                () -> ahead.revokeUser("alice", "lost"))) {
            ahead.revokeUser("alice", "an earlier end");
            Families meanwhile = families(new ClockOfALogin(end));

            assertThatThrownBy(() -> begin(meanwhile, "alice", "CSFALICE"))
                    .isInstanceOfSatisfying(
                            GrantRefused.class,
                            refused -> assertThat(refused.getError().getErrorCode())
                                    .isEqualTo("invalid_grant"));

            assertThat(sessions.ofUser("alice"))
                    .allSatisfy(session -> assertThat(session.revoked()).isPresent());
            empty();
        }
    }

    @Test
    void beginsALoginAfterAllWereEndedByAServerWhoseClockIsAhead() {
        Sessions ahead = families(START.plusSeconds(2));
        ahead.revokeUser("alice", "left the company");
        ahead.revokeDevice("CSFALICE", "lost");

        FamilyId id = begin(START, "alice", "CSFALICE");

        assertThat(sessions.find(id).orElseThrow().revoked()).isEmpty();
    }

    @Test
    void revokesAllLoginsOnADevice() {
        FamilyId lost = begin(START, "alice", "CSFALICE");
        FamilyId other = begin(START, "alice", "SEP001122334455");

        assertThat(sessions.revokeDevice("CSFALICE", "lost")).isEqualTo(1);

        assertThat(present(lost)).isEqualTo(Outcome.REVOKED);
        assertThat(present(other)).isEqualTo(Outcome.ROTATED);
    }

    @Test
    void revokesOne() {
        FamilyId one = begin(START, "alice", "CSFALICE");

        assertThat(sessions.revoke(one, Sessions.Kind.SESSION, "test")).isTrue();
        assertThat(sessions.revoke(one, Sessions.Kind.SESSION, "test")).isFalse();
        assertThat(sessions.revoke(FamilyId.parse("s00.AAAAAAAAAAAAAAAAAAAAAA"), Sessions.Kind.SESSION, "test"))
                .isFalse();
    }

    /** As after a crash between the two writes of a login. */
    @Test
    void passesOverAnEntryWithoutAFamily() {
        FamilyId gone = begin(START, "alice", "CSFALICE");
        redis.template().delete(gone.key());

        assertThat(sessions.ofUser("alice")).isEmpty();
        assertThat(sessions.revokeUser("alice", "test")).isZero();
    }

    @Test
    void meetsEveryLoginInOneOfTheBuckets() {
        List<FamilyId> begun = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            begun.add(begin(START, "user" + i, "CSF" + i));
        }
        List<FamilyId> met = new ArrayList<>();
        for (int bucket = 0; bucket < Sessions.BUCKETS; bucket++) {
            sessions.inBucket(bucket).forEach(entry -> met.add(entry.id()));
        }

        assertThat(met).containsExactlyInAnyOrderElementsOf(begun);
        assertThat(sessions.inBucket(FamilyIndex.bucket("user7")))
                .contains(new Sessions.Entry(
                        "user7",
                        begun.get(7),
                        store.find(begun.get(7)).orElseThrow().family().end().truncatedTo(ChronoUnit.SECONDS)));
    }

    @Test
    void forgetsWhatHasEndedWhenTheNextLoginComes() {
        Instant longAgo = START.minus(Duration.ofDays(62));
        enter(
                "users:" + FamilyIndex.bucket("alice"),
                "somebody s00.AAAAAAAAAAAAAAAAAAAAAA",
                longAgo.plus(Duration.ofDays(60)));

        begin(START, "alice", "CSFALICE");

        assertThat(sessions.inBucket(FamilyIndex.bucket("alice")))
                .extracting(Sessions.Entry::name)
                .containsExactly("alice");
    }

    /** Not by each login, for that takes long there. */
    @Test
    void forgetsWhatHasEndedInALargeBucketAfterSomeLogins() {
        String bucket = "users:" + FamilyIndex.bucket("alice");
        for (int i = 0; i < 400; i++) {
            enter(bucket, "somebody" + i + " s00.AAAAAAAAAAAAAAAAAAAAAA", START.minus(Duration.ofDays(2)));
        }

        int logins = 0;
        while (logins < 5_000 && redis.template().opsForHash().size(bucket) > logins) {
            begin(START, "alice", "CSFALICE");
            logins++;
        }

        assertThat(sessions.inBucket(FamilyIndex.bucket("alice")))
                .hasSize(logins)
                .allMatch(entry -> entry.name().equals("alice"));
    }

    @Test
    void keepsABucketUntilADayAfterItsLastLoginEnds() {
        FamilyId id = begin(START, "alice", "CSFALICE");
        Instant end = sessions.find(id).orElseThrow().end();
        index.enter(shorter(store.find(id).orElseThrow().family()), START);

        for (String key :
                List.of("users:" + FamilyIndex.bucket("alice"), "devices:" + FamilyIndex.bucket("CSFALICE"))) {
            assertThat(Instant.now().plusMillis(redis.template().getExpire(key, TimeUnit.MILLISECONDS)))
                    .isBetween(
                            end.plus(Duration.ofDays(1)).minusSeconds(60),
                            end.plus(Duration.ofDays(1)).plusSeconds(60));
        }
    }

    @Test
    void entersALoginAgainAfterItsFirstRefreshAndEverySixteenth() {
        FamilyId id = begin(START, "alice", "CSFALICE");
        Family family = store.find(id).orElseThrow().family();
        List<Integer> entered = new ArrayList<>();
        for (int generation = 2; generation <= 50; generation++) {
            redis.template().delete("users:" + FamilyIndex.bucket("alice"));
            families.repairIndex(family, generation, START, family.end());
            if (!sessions.ofUser("alice").isEmpty()) {
                entered.add(generation);
            }
        }

        assertThat(entered).containsExactly(2, 16, 32, 48);
    }

    private Outcome present(FamilyId id) {
        StoredFamily family = store.find(id).orElseThrow();
        return store.present(family, 1, START, family.family().end()).outcome();
    }

    /** Somebody does something right after a login has taken its time. */
    private static final class ClockOfALogin extends Clock {
        private final Runnable then;
        private boolean asked;

        ClockOfALogin(Runnable then) {
            this.then = then;
        }

        @Override
        public Instant instant() {
            if (!asked) {
                asked = true;
                then.run();
            }
            return START;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private FamilyId begin(Instant now, String user, String device) {
        return begin(families(now), user, device);
    }

    private static FamilyId begin(Families families, String user, String device) {
        return FamilyId.parse(
                families.begin(new Login(CLIENT, user, Optional.of(device), Set.of("sip.register"), Optional.empty()))
                        .familyId());
    }

    private Families families(Instant now) {
        return families(Clock.fixed(now, ZoneOffset.UTC));
    }

    private Families families(Clock clock) {
        return families(store, clock);
    }

    private Families families(FamilyStore familyStore, Clock clock) {
        return new Families(
                familyStore,
                index,
                LoginsForTests.cutoffs(redis),
                (client, begun) -> begun.isBefore(clientCutoff),
                () -> RING,
                clock,
                new Audit(Clock.systemUTC(), recorded::add),
                new SimpleMeterRegistry());
    }

    private static Family shorter(Family family) {
        return new Family(
                family.id(),
                family.user(),
                family.device(),
                family.client(),
                family.scopes(),
                family.binding(),
                family.begun(),
                family.begun().plusSeconds(1),
                family.secret());
    }

    private static void enter(String bucket, String entry, Instant end) {
        redis.template().opsForHash().put(bucket, entry, Long.toString(end.getEpochSecond()));
    }
}
