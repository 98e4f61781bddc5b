package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.KillArgs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.grant.LoginFamilies.Begun;
import org.sipoauth.authz.grant.LoginFamilies.Login;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.redis.RedisNodes;
import org.sipoauth.authz.redis.RedisNodes.Node;
import org.sipoauth.authz.redis.WriteNotConfirmed;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2RefreshTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;

/**
 * Logins on several Redis nodes, with real processes: behind a Sentinel a replica takes over that has missed the last
 * writes; in a cluster the whole life of a login. {@code -Dsipoauth.test.phones} says how many phones there are.
 */
class FailoverIT {
    private static final Logger LOG = LoggerFactory.getLogger(FailoverIT.class);
    private static final int PHONES = Integer.getInteger("sipoauth.test.phones", 100);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final RegisteredClient CLIENT = RegisteredClient.withId("softphone")
            .clientId("softphone")
            .clientAuthenticationMethod(ClientAuthenticationMethod.NONE)
            .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
            .scope("sip.register")
            .tokenSettings(TokenSettings.builder()
                    .refreshTokenTimeToLive(Duration.ofDays(60))
                    .build())
            .build();

    private final KeyRing ring = KeyRing.create(
            RotationPolicy.defaults(), KeyVault.inRing(), Clock.systemUTC().instant());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

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
                failOver(nodes, master, replica, new Server(redis));
            }
        }
    }

    private void failOver(RedisNodes nodes, Node master, Node replica, Server server) {
        List<Phone> phones = new ArrayList<>();
        for (int i = 0; i < PHONES; i++) {
            phones.add(new Phone(server, "user" + i));
        }
        phones.forEach(Phone::refresh);
        List<Phone> revoked = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Phone thief = new Phone(server, "thief" + i);
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
            unconfirmedLogins += isUnconfirmed(() -> new Phone(server, user)) ? 1 : 0;
            String victim = "user" + i;
            unconfirmedRevocations += isUnconfirmed(() -> server.families.revokeUser(victim, "too late")) ? 1 : 0;
        }
        master.kill();
        replica.resume();
        await().atMost(PATIENCE)
                .until(() -> replica.commands().info("replication").contains("role:master"));
        nodes.startReplicaOf(replica);

        long lockedOut =
                phones.stream().filter(phone -> !phone.refreshes(PATIENCE)).count();
        long again = phones.stream().filter(phone -> !phone.refreshes(PATIENCE)).count();
        LOG.info(
                "failover: {} phones, {} fast-forwarded, {} locked out; not confirmed and so refused: {} logins of 5, {}"
                        + " revocations of 5",
                PHONES,
                count("fast_forwarded"),
                lockedOut + again,
                unconfirmedLogins,
                unconfirmedRevocations);
        assertThat(lockedOut + again).as("phones locked out").isZero();
        assertThat(count("fast_forwarded"))
                .as("phones whose last refresh was lost")
                .isEqualTo(PHONES);
        assertThat(unconfirmedLogins).isEqualTo(5);
        assertThat(unconfirmedRevocations).isEqualTo(5);
        assertThat(revoked)
                .allSatisfy(phone -> assertThat(phone.refreshes(PATIENCE)).isFalse());
        // asked for again, as the answer 503 says
        assertThat(server.families.revokeUser("user0", "again")).isEqualTo(1);
        assertThat(phones.get(0).refreshes(PATIENCE)).isFalse();
        assertThat(new Phone(server, "late0").refreshes(PATIENCE)).isTrue();
    }

    @Test
    void livesItsLifeInACluster() {
        try (RedisNodes nodes = new RedisNodes()) {
            List<Node> cluster = nodes.startCluster(3, 3);
            try (RedisForTests.Running redis = RedisForTests.connect(List.of("--spring.data.redis.cluster.nodes="
                    + String.join(",", cluster.stream().map(Node::toString).toList())))) {
                Server server = new Server(redis);
                List<Phone> phones = new ArrayList<>();
                for (int i = 0; i < PHONES; i++) {
                    phones.add(new Phone(server, "user" + i % 20));
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
                    assertThat(phones.get(i).refreshes(PATIENCE)).isEqualTo(i % 20 != 7);
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

    private double count(String outcome) {
        return meters.counter("sipoauth.refreshes", "outcome", outcome).count();
    }

    /** What a server of ours does with logins, without the HTTP in front. */
    private final class Server {
        private final Families families;
        private final RefreshGrant grant;

        Server(RedisForTests.Running redis) {
            FamilyStore store = new FamilyStore(redis.template(), redis.confirmedWrites(), Duration.ofHours(1));
            FamilyIndex index = new FamilyIndex(redis.template(), redis.confirmedWrites());
            families = new Families(
                    store, index, () -> ring, Clock.systemUTC(), new Audit(Clock.systemUTC(), record -> {}), meters);
            grant = new RefreshGrant(
                    store,
                    families,
                    () -> ring,
                    (subscriber, device) -> Optional.of((client, login, scopes, type, request) -> new OAuth2AccessToken(
                            OAuth2AccessToken.TokenType.BEARER,
                            "access",
                            Clock.systemUTC().instant(),
                            Clock.systemUTC().instant().plusSeconds(3600))),
                    (client, begun) -> false,
                    Clock.systemUTC(),
                    new Audit(Clock.systemUTC(), record -> {}),
                    meters);
        }
    }

    private static final class Phone {
        private final Server server;
        private String token;

        Phone(Server server, String user) {
            this.server = server;
            Begun begun =
                    server.families.begin(new Login(CLIENT, user, Optional.of("CSF" + user), Set.of("sip.register")));
            this.token = begun.refreshToken().getTokenValue();
        }

        void refresh() {
            var answer = (OAuth2AccessTokenAuthenticationToken)
                    server.grant.authenticate(new OAuth2RefreshTokenAuthenticationToken(
                            token,
                            new OAuth2ClientAuthenticationToken(CLIENT, ClientAuthenticationMethod.NONE, null),
                            Set.of(),
                            Map.of()));
            token = answer.getRefreshToken().getTokenValue();
        }

        /** Comes again while the store is away, as a phone does; false if it has to sign in. */
        boolean refreshes(Duration patience) {
            boolean[] refused = new boolean[1];
            await().atMost(patience)
                    .ignoreExceptionsInstanceOf(DataAccessException.class)
                    .until(() -> {
                        try {
                            refresh();
                        } catch (GrantRefused e) {
                            refused[0] = e.getError().getErrorCode().equals("invalid_grant");
                            return refused[0];
                        }
                        return true;
                    });
            return !refused[0];
        }
    }
}
