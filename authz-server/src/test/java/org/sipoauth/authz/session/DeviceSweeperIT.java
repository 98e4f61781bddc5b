package org.sipoauth.authz.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestClock;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.DeviceLogins;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.sipoauth.authz.refresh.FamilyId;
import org.sipoauth.authz.refresh.Session;
import org.sipoauth.authz.refresh.Sessions;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Ending the logins on devices by several servers on one real Redis, an hour ahead of the server that runs there. The
 * logins themselves are made up.
 */
class DeviceSweeperIT {
    private static final Duration SETTLED = Duration.ofSeconds(6);

    @TempDir
    private static Path folder;

    private static TestServer server;

    private final TestClock clock =
            new TestClock(Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.MILLIS));
    private final MadeUpSessions sessions = new MadeUpSessions();
    private final EndingStore store =
            new EndingStore(server.bean(StringRedisTemplate.class), server.bean(ConfirmedWrites.class));
    private final Devices devices = server.bean(Devices.class);
    private final DeviceEndings endings = new DeviceEndings(store, sessions, clock);

    @BeforeAll
    static void start() {
        server = TestServer.start(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void forgetEverything() {
        server.bean(StringRedisTemplate.class).delete(List.of("{devices}:ending", "{devices}:ending-holder"));
    }

    @Test
    void endsTheLoginsOnADeviceAtOnceAndOnceMoreWhenThoseUnderWayHaveSettled() {
        DeviceLogins.Order order = endings.orderForDevice("CSFALICE", "device disabled");
        order.carryOut();
        assertThat(sessions.ended).containsExactly("CSFALICE");
        assertThat(sessions.cutoff).isEqualTo(clock.instant().plusMillis(1));

        sweeper().turn();
        assertThat(sessions.ended).as("not settled yet").hasSize(1);

        clock.advance(SETTLED);
        sweeper().turn();
        assertThat(sessions.ended).containsExactly("CSFALICE", "CSFALICE");
        assertThat(sessions.cutoff)
                .as("what began later goes on")
                .isEqualTo(clock.instant().minus(SETTLED).plusMillis(1));

        sweeper().turn();
        assertThat(sessions.ended).hasSize(2);
    }

    @Test
    void doesNothingForAChangeThatWasNotMade() {
        DeviceLogins.Order withdrawn = endings.orderForDevice("CSFALICE", "device disabled");
        endings.orderForDevice("CSFALICE", "device removed");
        withdrawn.withdraw();

        clock.advance(SETTLED);
        sweeper().turn();

        assertThat(sessions.ended).as("the other order for it stands").containsExactly("CSFALICE");
        assertThat(sessions.reasons).containsExactly("device removed");
    }

    @Test
    void goesOnWithAProfileWhereADeadServerWas() {
        List<String> all = devicesOf("many", 2 * DeviceSweeper.PAGE + 50);
        endings.orderForProfile("many", "device's profile is without OAuth");
        clock.advance(DeviceEndings.UNTIL_ALL_HAVE_LOOKED.plus(SETTLED));
        sessions.failAfter = DeviceSweeper.PAGE + 20;
        sweeper().turn(); // and dies
        assertThat(endings.progress("many").orElseThrow().revoked()).isEqualTo(DeviceSweeper.PAGE);
        sessions.failAfter = Integer.MAX_VALUE;
        sessions.ended.clear();

        DeviceSweeper other = sweeper();
        other.turn();
        assertThat(sessions.ended).as("the dead server's lease holds").isEmpty();

        clock.advance(Duration.ofSeconds(31));
        other.turn();
        assertThat(sessions.ended).containsExactlyElementsOf(all.subList(DeviceSweeper.PAGE, all.size()));
        assertThat(endings.progress("many")).isEmpty();
    }

    @Test
    void passesOverDevicesThatHaveAnotherProfileByNow() {
        List<String> all = devicesOf("left", 3);
        devices.save(new Device(all.get(1), "alice", List.of("sip:1001@example.com")));
        endings.orderForProfile("left", "device's profile is without OAuth");

        clock.advance(DeviceEndings.UNTIL_ALL_HAVE_LOOKED.plus(SETTLED));
        sweeper().turn();

        assertThat(sessions.ended).containsExactly(all.get(0), all.get(2));
    }

    @Test
    void stopsWhenOauthIsOnAgain() {
        devicesOf("again", 3);
        endings.orderForProfile("again", "device's profile is without OAuth");
        endings.stopForProfile("again");

        clock.advance(DeviceEndings.UNTIL_ALL_HAVE_LOOKED.plus(SETTLED));
        sweeper().turn();

        assertThat(sessions.ended).isEmpty();
        assertThat(endings.progress("again")).isEmpty();
    }

    /** As a server after another. */
    private DeviceSweeper sweeper() {
        return new DeviceSweeper(store, devices, sessions, clock);
    }

    private List<String> devicesOf(String profile, int number) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            String name = "BOT" + profile.toUpperCase(Locale.ROOT) + "%03d".formatted(i);
            devices.save(new Device(name, "alice", List.of("sip:1001@example.com"), profile, true));
            names.add(name);
        }
        return names;
    }

    private static final class MadeUpSessions implements Sessions {
        private final List<String> ended = new ArrayList<>();
        private final List<String> reasons = new ArrayList<>();
        private Instant cutoff = Instant.MAX;
        private int failAfter = Integer.MAX_VALUE;

        @Override
        public int revokeDevice(String device, Instant begunBefore, String reason) {
            if (ended.size() >= failAfter) {
                throw new QueryTimeoutException("the server dies");
            }
            ended.add(device);
            reasons.add(reason);
            cutoff = begunBefore;
            return 1;
        }

        @Override
        public int revokeDevice(String device, String reason) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Session> find(List<FamilyId> ids) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<Session> find(FamilyId id) {
            throw new UnsupportedOperationException();
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
        public boolean revoke(FamilyId id, Kind kind, String reason) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int revokeUser(String user, String reason) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Entry> inBucket(int bucket) {
            throw new UnsupportedOperationException();
        }
    }
}
