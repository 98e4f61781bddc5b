package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.KillArgs;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.redis.RedisNodes;
import org.sipoauth.authz.redis.RedisNodes.Node;
import org.sipoauth.authz.redis.WriteNotConfirmed;
import org.sipoauth.authz.refresh.LoginsForTests.Phone;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Logins on several Redis nodes, with real processes: behind a Sentinel a replica takes over that has missed the last
 * writes; in a cluster the whole life of a login. {@code -Dsipoauth.test.phones} says how many phones there are.
 */
class FailoverIT {
    private static final Logger LOG = LoggerFactory.getLogger(FailoverIT.class);
    private static final int PHONES = Integer.getInteger("sipoauth.test.phones", 100);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void locksOutNoPhoneAndLosesNothingAcknowledgedWhenTheReplicaHasMissedTheLastWrites() {
        try (RedisNodes nodes = new RedisNodes()) {
            Node master = nodes.start();
            Node replica = nodes.startReplicaOf(master);
            Node sentinel = nodes.startSentinel("sipoauth", master);
            try (RedisForTests.Running redis = RedisForTests.connect(List.of(
                    "--spring.data.redis.sentinel.master=sipoauth",
                    "--spring.data.redis.sentinel.nodes=" + sentinel,
                    "--sipoauth.redis.confirm-timeout=200ms"))) {
                failOver(nodes, master, replica, new LoginsForTests(redis, Clock.systemUTC()));
            }
        }
    }

    private void failOver(RedisNodes nodes, Node master, Node replica, LoginsForTests server) {
        List<Phone> phones = new ArrayList<>();
        for (int i = 0; i < PHONES; i++) {
            phones.add(server.begin("user" + i));
        }
        phones.forEach(Phone::refresh);
        List<Phone> revoked = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Phone thief = server.begin("thief" + i);
            assertThat(server.families.revokeUser("thief" + i, "stolen")).isEqualTo(1);
            revoked.add(thief);
        }

        // From here on the replica gets nothing more. Its buffers are cut off as well: the kernel would still deliver
        // them.
        replica.pause();
        master.commands().clientKill(KillArgs.Builder.typeSlave());
        phones.forEach(Phone::refresh);
        int unconfirmedLogins = 0;
        int unconfirmedRevocations = 0;
        for (int i = 0; i < 5; i++) {
            String user = "late" + i;
            unconfirmedLogins += isUnconfirmed(() -> server.begin(user)) ? 1 : 0;
            String victim = "user" + i;
            unconfirmedRevocations += isUnconfirmed(() -> server.families.revokeUser(victim, "too late")) ? 1 : 0;
        }
        master.kill();
        replica.resume();
        await().atMost(PATIENCE)
                .until(() -> replica.commands().info("replication").contains("role:master"));
        nodes.startReplicaOf(replica);

        long lockedOut = phones.stream().filter(phone -> !isRefreshed(phone)).count();
        long again = phones.stream().filter(phone -> !isRefreshed(phone)).count();
        LOG.info(
                "failover: {} phones, {} fast-forwarded, {} locked out; not confirmed and so refused: {} logins of 5, {}"
                        + " revocations of 5",
                PHONES,
                server.count("fast_forwarded"),
                lockedOut + again,
                unconfirmedLogins,
                unconfirmedRevocations);
        assertThat(lockedOut + again).as("phones locked out").isZero();
        assertThat(server.count("fast_forwarded"))
                .as("phones whose last refresh was lost")
                .isEqualTo(PHONES);
        assertThat(unconfirmedLogins).isEqualTo(5);
        assertThat(unconfirmedRevocations).isEqualTo(5);
        assertThat(revoked).allSatisfy(phone -> assertThat(isRefreshed(phone)).isFalse());
        // asked for again, as the answer 503 says
        assertThat(server.families.revokeUser("user0", "again")).isEqualTo(1);
        assertThat(isRefreshed(phones.get(0))).isFalse();
        assertThat(isRefreshed(server.begin("late0"))).isTrue();
    }

    @Test
    void livesItsLifeInACluster() {
        try (RedisNodes nodes = new RedisNodes()) {
            List<Node> cluster = nodes.startCluster(3, 3);
            try (RedisForTests.Running redis = RedisForTests.connect(List.of("--spring.data.redis.cluster.nodes="
                    + String.join(",", cluster.stream().map(Node::toString).toList())))) {
                LoginsForTests server = new LoginsForTests(redis, Clock.systemUTC());
                List<Phone> phones = new ArrayList<>();
                for (int i = 0; i < PHONES; i++) {
                    phones.add(server.begin("user" + i % 20));
                }
                assertThat(cluster.subList(0, 3))
                        .allSatisfy(node -> assertThat(node.commands().dbsize()).isPositive());
                phones.forEach(Phone::refresh);
                phones.forEach(Phone::refresh);

                assertThat(server.families.ofUser("user7")).hasSize(PHONES / 20).allSatisfy(session -> {
                    assertThat(session.generation()).isEqualTo(3);
                    assertThat(session.revoked()).isEmpty();
                });
                assertThat(server.families.revokeUser("user7", "test")).isEqualTo(PHONES / 20);
                for (int i = 0; i < PHONES; i++) {
                    assertThat(isRefreshed(phones.get(i))).isEqualTo(i % 20 != 7);
                }
            }
        }
    }

    private static boolean isUnconfirmed(Runnable write) {
        try {
            write.run();
            return false;
        } catch (WriteNotConfirmed e) {
            return true;
        }
    }

    /** Comes again while the store is away, as a phone does; false if it has to sign in. */
    private static boolean isRefreshed(Phone phone) {
        boolean[] refreshed = new boolean[1];
        await().atMost(PATIENCE).until(() -> {
            try {
                refreshed[0] = phone.isRefreshed();
                return true;
            } catch (DataAccessException | GrantRefused again) {
                return false;
            }
        });
        return refreshed[0];
    }
}
