package org.sipoauth.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a flood of refusals leaves in the log and files, and in the search. */
class AuditFloodTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    private final AtomicReference<Instant> time = new AtomicReference<>(NOON);
    private final List<String> written = new ArrayList<>();
    private final List<String> kept = new ArrayList<>();
    private final Audit audit = new Audit(((InstantSource) time::get).withZone(ZoneOffset.UTC), new AuditTrail() {
        @Override
        public void keep(String record) {
            kept.add(record);
        }

        @Override
        public void record(String record) {
            written.add(record);
        }
    });

    @Test
    void isTenOfNobodyAMinuteFromHoweverManyNetworks() {
        for (int i = 0; i < 1_000; i++) {
            audit.event("refused").with("outcome", "invalid_client").keepOfNobody(address(i));
        }

        assertThat(written).hasSize(10);
        assertThat(kept).hasSize(10);
    }

    /** A token whose login is gone may be an honest phone's or made up. */
    @Test
    void isTenAMinuteOfLoginsThatAreNamedAloneBesideTheRest() {
        for (int i = 0; i < 1_000; i++) {
            refuseNamed("s01.of-one-network" + i, address(0));
        }
        assertThat(kept)
                .hasSize(3)
                .extracting(record -> record.contains("network1"))
                .contains(true);
        for (int i = 0; i < 1_000; i++) {
            refuseNamed("s01.of-another-" + i, address(1 + i));
            refuseNamed("s01.of-another-" + i, address(1 + i));
        }
        assertThat(kept).hasSize(10).isEqualTo(written);

        audit.event("refused").with("outcome", "invalid_client").keepOfNobody(address(0));
        assertThat(kept).hasSize(11);
    }

    private void refuseNamed(String session, String address) {
        audit.event("refused")
                .because(new Refusal(
                        "unknown",
                        null,
                        null,
                        Concerned.client("softphone"),
                        new Concerned(session, "alice", "CSFALICE", null)))
                .keepOfNobody(address);
    }

    @Test
    void isAHundredAMinuteOfWhoKnowsTheNameOfAClient() {
        for (int i = 0; i < 1_000; i++) {
            audit.event("refused")
                    .about(Concerned.client("softphone"))
                    .with("outcome", "malformed")
                    .with("address", address(i))
                    .keepOnceAMinute();
        }

        assertThat(written).hasSize(101); // the first, which is kept, and a hundred
        assertThat(kept).hasSize(1);
    }

    /** Whoever sends it knows the name of a client, and names what they like. */
    @Test
    void leavesRoomForOtherNetworksWhateverOneSends() {
        for (int i = 0; i < 1_000; i++) {
            audit.event("configuration_refused")
                    .with("outcome", "challenged")
                    .with("named_device", "CSF" + i)
                    .keepOfNobody(address(0));
            audit.event("event " + i).with("outcome", "made up").keepOfNobody(address(0));
            audit.event("event " + i)
                    .about(Concerned.client("softphone"))
                    .with("address", address(0))
                    .keepOnceAMinute();
            audit.event("event " + i)
                    .about(Concerned.client("softphone"))
                    .with("address", address(2))
                    .keepOnceAMinute();
        }
        written.clear();

        audit.event("refused").with("outcome", "invalid_client").keepOfNobody(address(1));
        audit.event("event 1")
                .about(Concerned.client("softphone"))
                .with("address", address(1))
                .keepOnceAMinute();

        assertThat(written).hasSize(2);
    }

    @Test
    void isOneOfWhoIsKnownFromOnePlaceWhateverTheyAskFor() {
        for (int i = 0; i < 1_000; i++) {
            audit.event("administration_refused")
                    .with("by", "monitoring")
                    .with("outcome", "insufficient_scope")
                    .with("path", "/admin/api/v1/devices/CSF" + i)
                    .with("address", address(0))
                    .keepOnceAMinute();
            audit.event("configuration_refused")
                    .about(new Concerned(null, "alice", "CSFALICE", "softphone"))
                    .with("outcome", "other_device")
                    .with("named_device", "CSF" + i)
                    .with("address", address(0))
                    .keepOnceAMinute();
        }

        assertThat(written).hasSize(2).isEqualTo(kept);
        time.set(NOON.plus(Repeats.WINDOW));
        audit.event("administration_refused")
                .with("by", "monitoring")
                .with("outcome", "insufficient_scope")
                .with("address", address(0))
                .keepOnceAMinute();
        assertThat(written).last().asString().contains("\"repeats\":\"999\"");
    }

    @Test
    void tellsOfALoginFromWhereElseItWasTried() {
        for (int i = 0; i < 1_000; i++) {
            refuseLogin("s17.family", address(i));
        }

        assertThat(written).hasSize(11); // the first, which is kept, and ten
        assertThat(kept).hasSize(1);
    }

    @Test
    void losesNoLoginAmongManyThatAreRefused() {
        for (int i = 0; i < 1_000; i++) {
            refuseLogin("s" + i + ".family", address(0));
        }

        assertThat(written).hasSize(1_000).isEqualTo(kept);
    }

    /** A file that is nobody's secret: whoever fetches it fills no disk, and keeps no record out of another's doing. */
    @Test
    void isAHundredAMinuteOfFilesThatAnybodyMayHave() {
        for (int i = 0; i < 1_000; i++) {
            fetch("CSF" + i % 250, address(0));
        }
        assertThat(written).hasSize(10);
        for (int i = 0; i < 1_000; i++) {
            fetch("CSFALICE", address(1 + i));
        }
        assertThat(written).hasSize(100);
        assertThat(kept).isEmpty();

        audit.event("refused").with("outcome", "invalid_client").keepOfNobody(address(0));
        refuseLogin("s17.family", address(0));
        assertThat(written).hasSize(102);

        time.set(NOON.plus(Repeats.WINDOW));
        fetch("CSFALICE", address(0));
        assertThat(written).last().asString().contains("\"unrecorded\":\"910\"");
    }

    @Test
    void isOneAMinuteOfAFileThatGoesToItsDevice() {
        for (int i = 0; i < 1_000; i++) {
            fetchOwn("CSF" + i % 2, address(0));
        }
        assertThat(written).hasSize(2);
        assertThat(kept).isEmpty();

        time.set(NOON.plus(Repeats.WINDOW));
        fetchOwn("CSF0", address(0));
        assertThat(written).last().asString().contains("\"repeats\":\"499\"");
    }

    /** Whoever has stolen the phone's token may come right behind it. */
    @Test
    void tellsOfAFileThatGoesToItsDeviceWhereElseItWent() {
        for (int i = 0; i < 1_000; i++) {
            fetchOwn("CSFALICE", address(i % 100));
        }

        assertThat(written).hasSize(11); // the first, and ten
        assertThat(written.get(1)).contains(address(1));
        assertThat(kept).isEmpty();
    }

    @Test
    void forgetsNoRefusalForFilesThatGoToHoweverManyDevices() {
        refuseLogin("s17.family", address(0));
        for (int i = 0; i < 20_000; i++) {
            fetchOwn("CSF" + i, address(0));
        }
        refuseLogin("s17.family", address(0));

        assertThat(kept).hasSize(1);
    }

    private void fetchOwn(String device, String address) {
        audit.event("configuration_served")
                .with("device", device)
                .with("address", address)
                .writeOnceAMinute();
    }

    private void fetch(String device, String address) {
        audit.event("configuration_served").with("device", device).writeOfNobody(address);
    }

    /** What somebody did, unlike what they were refused. */
    @Test
    void losesNothingThatWasDone() {
        for (int i = 0; i < 1_000; i++) {
            audit.event("revoked")
                    .about(new Concerned("s17.family", "alice", "CSFALICE", "softphone"))
                    .keep();
            audit.event("device_saved").with("by", "admin").keep();
        }

        assertThat(written).hasSize(2_000).isEqualTo(kept);
    }

    private void refuseLogin(String session, String address) {
        audit.event("refused")
                .about(new Concerned(session, "alice", "CSFALICE", "softphone"))
                .with("outcome", "replayed")
                .with("address", address)
                .keepOnceAMinute();
    }

    private static String address(int i) {
        return "198.51." + i / 250 + "." + i % 250;
    }
}
