package org.sipoauth.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.sipoauth.keys.jwk.JwkSet;

/** The rules of rotation over any sequence of operations and clock jumps, forward and back. */
class KeyRingPropertiesTest {
    private static final KeyVault VAULT = KeyVault.inRing();
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final RotationPolicy POLICY = RotationPolicy.builder()
            .algorithm(SignatureAlgorithm.ED25519) // the fastest to generate
            .rotateEvery(Duration.ofHours(6))
            .build();

    private enum Operation {
        ADVANCE,
        PUBLISH,
        ACTIVATE,
        REMOVE_EXPIRED,
        REVOKE_ACTIVE,
        REVOKE_SUCCESSOR,
        NOTHING
    }

    private record Step(Operation operation, KeyUse use, Duration clock) {}

    private record IssuedToken(KeyId key, Instant issuedAt) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Duration> forward = Arbitraries.longs().between(0, 8 * 3600).map(Duration::ofSeconds);
        Arbitrary<Duration> back = Arbitraries.longs().between(-2 * 3600, -1).map(Duration::ofSeconds);
        Arbitrary<Step> step = Combinators.combine(
                        Arbitraries.of(Operation.class),
                        Arbitraries.of(KeyUse.class),
                        Arbitraries.frequencyOf(Tuple.of(6, forward), Tuple.of(1, back)))
                .as(Step::new);
        return step.list().ofMaxSize(40);
    }

    /** One active key a use, unique ids, no private half where none may be: the constructors throw otherwise. */
    @Property(tries = 300)
    void everyReachableRingIsConsistentAndSurvivesItsJsonForm(@ForAll("steps") List<Step> steps) {
        KeyRing ring = KeyRing.create(POLICY, VAULT, START);
        Instant now = START;
        for (Step step : steps) {
            now = now.plus(step.clock());
            ring = apply(step, ring, now);
            assertThat(KeyRing.fromPrivateJson(ring.toPrivateJson(), VAULT).toPrivateJson())
                    .isEqualTo(ring.toPrivateJson());
        }
    }

    /** A key that was never active before its propagation time, unless the first, or after a revocation. */
    @Property(tries = 300)
    void noKeySignsBeforeItHasPropagated(@ForAll("steps") List<Step> steps) {
        KeyRing ring = KeyRing.create(POLICY, VAULT, START);
        Set<KeyId> allowedEarly = new HashSet<>();
        for (RingKey first : ring.keys()) {
            allowedEarly.add(first.id());
        }
        Instant now = START;
        for (Step step : steps) {
            now = now.plus(step.clock());
            ring = apply(step, ring, now);
            if (step.operation() == Operation.REVOKE_ACTIVE) {
                allowedEarly.add(ring.active(step.use()).id());
            }
            for (KeyUse use : KeyUse.values()) {
                RingKey active = ring.active(use);
                Instant earliest = active.publishedAt().plus(POLICY.propagation());
                assertThat(allowedEarly.contains(active.id())
                                || !active.activatedAt().orElseThrow().isBefore(earliest))
                        .describedAs("%s signs since %s, published %s", active, active.activatedAt(), earliest)
                        .isTrue();
            }
        }
    }

    /**
     * While time goes forward and nothing is revoked: every token that has not expired is verifiable with the JWK Set
     * of now and with one that is as old as the slowest verifier may have.
     */
    @Property(tries = 300)
    void noUnexpiredTokenLosesItsKey(@ForAll("steps") List<Step> steps) {
        KeyRing ring = KeyRing.create(POLICY, VAULT, START);
        Duration slowest = POLICY.verifierRefresh().plus(POLICY.jwkSetMaxAge());
        List<IssuedToken> issued = new ArrayList<>();
        List<Snapshot> published = new ArrayList<>(List.of(new Snapshot(START, JwkSet.toJson(ring))));
        Instant now = START;
        for (Step step : steps) {
            boolean revokes =
                    step.operation() == Operation.REVOKE_ACTIVE || step.operation() == Operation.REVOKE_SUCCESSOR;
            now = now.plus(step.clock().abs());
            ring = revokes ? ring : apply(step, ring, now);
            published.add(new Snapshot(now, JwkSet.toJson(ring)));
            issued.add(new IssuedToken(ring.active(KeyUse.ACCESS_TOKEN_SIGNING).id(), now));
            String oldest = snapshotAt(published, now.minus(slowest));
            for (IssuedToken token : issued) {
                boolean unexpired = !now.isAfter(
                        token.issuedAt().plus(POLICY.accessTokenLifetime()).plus(POLICY.clockTolerance()));
                if (unexpired) {
                    assertThat(JwkSet.toJson(ring)).contains(token.key().value());
                }
                if (token.issuedAt().equals(now)) {
                    assertThat(oldest).contains(token.key().value());
                }
            }
        }
    }

    @Property(tries = 300)
    void advanceIsDoneInOneCallAndAlwaysLeavesASuccessor(@ForAll("steps") List<Step> steps) {
        KeyRing ring = KeyRing.create(POLICY, VAULT, START);
        Instant now = START;
        for (Step step : steps) {
            now = now.plus(step.clock());
            ring = apply(step, ring, now).advance(POLICY, VAULT, now);
            assertThat(ring.advance(POLICY, VAULT, now)).isSameAs(ring);
            for (KeyUse use : KeyUse.values()) {
                assertThat(ring.successor(use)).isPresent();
            }
        }
    }

    private record Snapshot(Instant at, String jwkSet) {}

    private static String snapshotAt(List<Snapshot> published, Instant instant) {
        String found = published.get(0).jwkSet();
        for (Snapshot snapshot : published) {
            found = snapshot.at().isAfter(instant) ? found : snapshot.jwkSet();
        }
        return found;
    }

    private static KeyRing apply(Step step, KeyRing ring, Instant now) {
        return switch (step.operation()) {
            case ADVANCE -> ring.advance(POLICY, VAULT, now);
            case PUBLISH -> ring.publish(step.use(), POLICY, VAULT, now);
            case ACTIVATE -> activateIfAllowed(step.use(), ring, now);
            case REMOVE_EXPIRED -> ring.removeExpired(POLICY, now);
            case REVOKE_ACTIVE -> ring.revoke(ring.active(step.use()).id(), POLICY, VAULT, now);
            case REVOKE_SUCCESSOR ->
                ring.successor(step.use())
                        .map(key -> ring.revoke(key.id(), POLICY, VAULT, now))
                        .orElse(ring);
            case NOTHING -> ring;
        };
    }

    private static KeyRing activateIfAllowed(KeyUse use, KeyRing ring, Instant now) {
        try {
            return ring.activate(use, POLICY, now);
        } catch (IllegalStateException refused) {
            assertThat(refused).hasMessageContaining("publish");
            return ring;
        }
    }
}
