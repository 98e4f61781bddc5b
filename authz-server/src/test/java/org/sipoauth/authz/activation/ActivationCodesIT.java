package org.sipoauth.authz.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.activation.ActivationCodes.Created;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.redis.WriteNotConfirmed;
import org.sipoauth.authz.signing.KeyedHashes;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;

/** The scripts, on a real Redis. */
class ActivationCodesIT {
    private static final Instant START = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private static final Duration LIFE = Duration.ofDays(7);
    private static final String PHONE = "SEP00005E005301";
    private static final String KEY = "activation-code:" + PHONE;
    private static final String CLIENT = "deskphone";

    private static RedisForTests.Running redis;

    private KeyRing ring = KeyRing.create(RotationPolicy.defaults(), KeyVault.inRing(), START);
    private final ActivationCodes codes =
            new ActivationCodes(redis.template(), redis.confirmedWrites(), new KeyedHashes(() -> ring), LIFE);
    private final Created created = codes.create(PHONE, "alice", Optional.empty(), START);

    @BeforeAll
    static void open() {
        redis = RedisForTests.open();
    }

    @AfterAll
    static void close() {
        redis.close();
    }

    @Test
    void areGoodForTheirDeviceUntilTheyExpire() {
        assertThat(created.expiresAt()).isEqualTo(START.plus(LIFE));
        assertThat(redeem(created.code(), START.plus(LIFE))).isEqualTo(new Redemption.Expired());

        assertThat(redeem(created.code(), START.plus(LIFE).minusMillis(1))).isInstanceOf(Redemption.Claimed.class);
    }

    @Test
    void areForgottenSoonAfter() {
        assertThat(redis.template().getExpire(KEY, TimeUnit.SECONDS))
                .isBetween(LIFE.toSeconds(), LIFE.plusMinutes(10).toSeconds());
    }

    @Test
    void areForOneDevice() {
        Created other = codes.create("SEP00005E005302", "alice", Optional.empty(), START);

        assertThat(redeem(other.code(), START)).isEqualTo(new Redemption.Wrong());
        assertThat(codes.redeem("SEP00005E0053FF", Optional.of("alice"), created.code(), CLIENT, START))
                .isEqualTo(new Redemption.Wrong());
    }

    @Test
    void areReplacedByTheNext() {
        Created next = codes.create(PHONE, "alice", Optional.empty(), START);

        assertThat(redeem(created.code(), START)).isEqualTo(new Redemption.Wrong());
        assertThat(redeem(next.code(), START)).isInstanceOf(Redemption.Claimed.class);
    }

    @Test
    void areNotReplacedByWhoHasSeenAnother() {
        String seen = codes.revision(PHONE);
        Created next = codes.create(PHONE, "alice", Optional.of(seen), START.plusMillis(1));

        assertThatThrownBy(() -> codes.create(PHONE, "alice", Optional.of(seen), START.plusMillis(2)))
                .isInstanceOf(RecordChanged.class);
        assertThatThrownBy(() -> codes.create(PHONE, "alice", Optional.of(""), START.plusMillis(2)))
                .isInstanceOf(RecordChanged.class);
        assertThat(redeem(next.code(), START)).isInstanceOf(Redemption.Claimed.class);
        redis.template().delete(KEY);
        assertThat(codes.create(PHONE, "alice", Optional.of(""), START).device())
                .isEqualTo(PHONE);
    }

    @Test
    void endWhenTheyAreRemoved() {
        assertThat(codes.remove(PHONE, START)).isTrue();

        assertThat(redeem(created.code(), START)).isEqualTo(new Redemption.Wrong());
        assertThat(codes.remove(PHONE, START)).isFalse();
    }

    @Test
    void cannotBeRemovedOnceTheyAreUsedOrHaveExpired() {
        assertThat(codes.remove(PHONE, START.plus(LIFE))).isFalse();
        Created used = codes.create(PHONE, "alice", Optional.empty(), START);
        bind(claim(used));

        assertThat(codes.remove(PHONE, START)).isFalse();
        assertThat(redeem(used.code(), START.plusSeconds(61))).isEqualTo(new Redemption.Replayed("s01.family"));
    }

    @Test
    void areForTheOwnerThatTheDeviceHadAndForOneWhoMayBeSignedIn() {
        assertThat(codes.redeem(PHONE, Optional.of("bob"), created.code(), CLIENT, START))
                .isEqualTo(new Redemption.OtherOwner());
        assertThat(codes.redeem(PHONE, Optional.empty(), created.code(), CLIENT, START))
                .isEqualTo(new Redemption.OtherOwner());

        assertThat(redeem(created.code(), START)).as("none of that used it up").isInstanceOf(Redemption.Claimed.class);
    }

    /** What a leak of the store gives away. */
    @Test
    void areNotInTheStoreNorFoundFromIt() {
        Map<String, String> stored =
                redis.template().<String, String>opsForHash().entries(KEY);
        assertThat(stored.toString())
                .doesNotContain(created.code().digits(), created.code().shown());

        KeyRing another = KeyRing.create(RotationPolicy.defaults(), KeyVault.inRing(), START);
        KeyedHashes withoutTheKey = new KeyedHashes(() -> another);
        assertThat(withoutTheKey.hashUnder(stored.get("k"), "activation code", "any"))
                .isEmpty();
    }

    @Test
    void stayGoodWhenTheKeyIsRotatedAndDieWhenItIsRevoked() {
        KeyRing first = ring;
        var key = first.active(KeyUse.REFRESH_TOKEN_AUTHENTICATION).id();
        ring = first.rotate(
                KeyUse.REFRESH_TOKEN_AUTHENTICATION,
                RotationPolicy.defaults(),
                KeyVault.inRing(),
                START.plusSeconds(3600));
        assertThat(ring.active(KeyUse.REFRESH_TOKEN_AUTHENTICATION).id()).isNotEqualTo(key);
        assertThat(redeem(created.code(), START)).isInstanceOf(Redemption.Claimed.class);

        ring = ring.revoke(key, RotationPolicy.defaults(), KeyVault.inRing(), START.plusSeconds(7200));
        assertThat(redeem(created.code(), START)).isEqualTo(new Redemption.Wrong());
    }

    @Test
    void giveTheSameLoginToAPhoneThatLostTheAnswer() {
        bind(claim(created));

        assertThat(redeem(created.code(), START.plusSeconds(60))).isEqualTo(new Redemption.Again("s01.family"));
        assertThat(redeem(created.code(), START.plusSeconds(60).plusMillis(1)))
                .isEqualTo(new Redemption.Replayed("s01.family"));
    }

    @Test
    void areReplayedByAnotherClient() {
        bind(claim(created));

        assertThat(codes.redeem(PHONE, Optional.of("alice"), created.code(), "other", START))
                .isEqualTo(new Redemption.Replayed("s01.family"));
    }

    @Test
    void canBeClaimedAgainWhenARequestHasDied() {
        Redemption.Claimed dead = claim(created);
        assertThat(redeem(created.code(), START.plusMillis(14_999))).isEqualTo(new Redemption.Busy());

        Redemption.Claimed next = (Redemption.Claimed) redeem(created.code(), START.plusMillis(15_000));

        assertThat(codes.bind(PHONE, dead.claim(), "s01.dead", START)).isFalse();
        assertThat(codes.bind(PHONE, next.claim(), "s01.family", START)).isTrue();
    }

    /** No login begins of which a replica that takes over would know nothing; and none is lost for that. */
    @Test
    void areUsedOnlyWhenTheReplicasKnowAndThenByWhoComesAgain() {
        ActivationCodes cutOff =
                new ActivationCodes(redis.template(), redis.unconfirmedWrites(), new KeyedHashes(() -> ring), LIFE);

        assertThatThrownBy(() -> cutOff.redeem(PHONE, Optional.of("alice"), created.code(), CLIENT, START))
                .isInstanceOf(WriteNotConfirmed.class);
        assertThat(redeem(created.code(), START)).as("for a moment").isEqualTo(new Redemption.Busy());
        Instant later = START.plusSeconds(15);
        Redemption.Claimed claimed = (Redemption.Claimed) redeem(created.code(), later);
        assertThatThrownBy(() -> cutOff.bind(PHONE, claimed.claim(), "s01.family", later))
                .isInstanceOf(WriteNotConfirmed.class);

        assertThat(redeem(created.code(), later)).isEqualTo(new Redemption.Again("s01.family"));
    }

    @Test
    void areNeitherMadeNorEndedUnlessTheReplicasKnow() {
        ActivationCodes cutOff =
                new ActivationCodes(redis.template(), redis.unconfirmedWrites(), new KeyedHashes(() -> ring), LIFE);

        assertThatThrownBy(() -> cutOff.create(PHONE, "alice", Optional.empty(), START))
                .isInstanceOf(WriteNotConfirmed.class);
        assertThatThrownBy(() -> cutOff.remove(PHONE, START)).isInstanceOf(WriteNotConfirmed.class);
        assertThat(cutOff.redeem(PHONE, Optional.of("alice"), created.code(), CLIENT, START))
                .as("a wrong code writes nothing")
                .isEqualTo(new Redemption.Wrong());
    }

    @Test
    void areNotBoundOnceTheyAreReplaced() {
        Redemption.Claimed claimed = claim(created);
        codes.create(PHONE, "alice", Optional.empty(), START);

        assertThat(codes.bind(PHONE, claimed.claim(), "s01.family", START)).isFalse();
    }

    @Test
    void areNotTouchedByWrongCodes() {
        Map<String, String> before =
                redis.template().<String, String>opsForHash().entries(KEY);
        for (int i = 0; i < 100; i++) {
            redeem(ActivationCode.random(new SecureRandom()), START);
        }

        assertThat(redis.template().<String, String>opsForHash().entries(KEY)).isEqualTo(before);
    }

    @Test
    void areClaimedOnceHoweverManyTryAtTheSameTime() throws Exception {
        int tries = 16;
        ExecutorService many = Executors.newFixedThreadPool(tries);
        try {
            for (int round = 0; round < 100; round++) {
                Created code = codes.create(PHONE, "alice", Optional.empty(), START);
                CyclicBarrier together = new CyclicBarrier(tries);
                List<Callable<Redemption>> work = new ArrayList<>();
                for (int i = 0; i < tries; i++) {
                    work.add(() -> {
                        together.await();
                        return redeem(code.code(), START);
                    });
                }
                List<Redemption> redemptions = new ArrayList<>();
                for (Future<Redemption> done : many.invokeAll(work)) {
                    redemptions.add(done.get());
                }

                assertThat(redemptions)
                        .filteredOn(Redemption.Claimed.class::isInstance)
                        .hasSize(1);
                assertThat(redemptions)
                        .filteredOn(Redemption.Busy.class::isInstance)
                        .hasSize(tries - 1);
            }
        } finally {
            many.shutdownNow();
        }
    }

    private Redemption.Claimed claim(Created code) {
        return (Redemption.Claimed) redeem(code.code(), START);
    }

    private void bind(Redemption.Claimed claimed) {
        assertThat(codes.bind(PHONE, claimed.claim(), "s01.family", START)).isTrue();
    }

    private Redemption redeem(ActivationCode code, Instant now) {
        return codes.redeem(PHONE, Optional.of("alice"), code, CLIENT, now);
    }
}
