package org.sipoauth.authz.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sipoauth.authz.signing.ListedKey;

/** What the overview is made of: counted tokens, their charts, the life of keys, and the alerts. */
class OverviewFactsTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final String SIGNING = "access_token_signing";

    @Test
    void drawsEachSpanInItsPlace() {
        List<Rates.Sample> samples = List.of(
                sample(NOW.minus(Duration.ofHours(4)), 1000),
                sample(NOW.minus(Duration.ofHours(4)).plusMillis(1), 7),
                sample(NOW.minusSeconds(300), 10),
                sample(NOW.minusSeconds(299), 20),
                sample(NOW, 21));

        RateChart chart = RateChart.of(samples, Rates.Sample::issued, NOW);

        assertThat(chart.bars()).hasSize(RateChart.SPANS);
        assertThat(chart.bars().get(0).value()).isEqualTo(7);
        assertThat(chart.bars().get(46).value()).isEqualTo(10);
        assertThat(chart.bars().get(47).value()).isEqualTo(41);
        assertThat(chart.any()).isTrue();
        assertThat(chart.bars()).allMatch(RateChart.Bar::known);
        assertThat(chart.top()).isEqualTo(50);
        assertThat(chart.bars().get(47).height()).isEqualTo("82.00%");
        assertThat(chart.bars().get(47).y()).isEqualTo("18.00%");
    }

    @Test
    void drawsHowManyPhonesWereRegisteredAndKnowsNothingOfWhenNobodyAnswered() {
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        Registrations registrations = new Registrations(new Registrars(List.of(), clock), clock);
        registrations.add(List.of(registrar(1_000), registrar(200)), NOW.minusSeconds(700));
        registrations.add(List.of(registrar("node1", "")), NOW.minusSeconds(640));

        RateChart chart = RateChart.ofLevels(registrations.levels(List.of(registrar(30)), NOW), NOW);

        assertThat(chart.bars().get(45).value()).isEqualTo(1_200);
        assertThat(chart.bars().get(47).value()).isEqualTo(30);
        assertThat(chart.top()).isEqualTo(2_000);
        assertThat(chart.scale()).isEqualTo("2,000");
        assertThat(chart.summary()).isEqualTo("30 now, at most 1,200 in the last 4 hours");
        assertThat(chart.bars().get(46).known()).isFalse();
        assertThat(chart.bars().get(46).words()).startsWith("not known in the 5 minutes");
        assertThat(RateChart.ofLevels(registrations.levels(List.of(), NOW), NOW).summary())
                .startsWith("not known now");
    }

    @Test
    void saysWhetherThereWasNoPhoneOrNobodyWhoKnew() {
        RateChart unknown = RateChart.ofLevels(List.of(), NOW);
        RateChart none = RateChart.ofLevels(List.of(new Registrations.Level(NOW, 0)), NOW);

        assertThat(unknown.any()).isFalse();
        assertThat(unknown.otherwise()).isEqualTo("not known");
        assertThat(unknown.summary()).isEqualTo("not known now");
        assertThat(none.any()).isFalse();
        assertThat(none.otherwise()).isEqualTo("none so far");
        assertThat(none.summary()).isEqualTo("0 now, at most 0 in the last 4 hours");
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "3, 5", "5, 5", "6, 10", "51, 100", "200, 200", "201, 500"})
    void endsTheScaleAtARoundNumber(long most, long top) {
        assertThat(RateChart.of(List.of(sample(NOW, most)), Rates.Sample::issued, NOW)
                        .top())
                .isEqualTo(top);
    }

    @Test
    void drawsThePastAndWhatIsToComeOfEachKey() {
        ListedKey active = active(NOW.minus(Duration.ofDays(30)), NOW.plus(Duration.ofDays(60)));
        ListedKey next = published(NOW.minus(Duration.ofDays(30)));

        KeyTimeline timeline = KeyTimeline.of(List.of(active, next), NOW);

        assertThat(timeline.rows().get(0).spans())
                .extracting(KeyTimeline.Span::state, KeyTimeline.Span::expected)
                .containsExactly(Tuple.tuple("active", false), Tuple.tuple("active", true));
        assertThat(timeline.rows().get(0).key().next()).isEqualTo("is replaced");
        assertThat(timeline.rows().get(1).key().next()).isEqualTo("takes over");
        assertThat(timeline.rows().get(1).key().nextAt().orElseThrow().distance())
                .isEqualTo("in 60 days");
        assertThat(timeline.rows())
                .allSatisfy(row -> assertThat(row.spans())
                        .allSatisfy(span -> assertThat(percent(span.x()) + percent(span.width()))
                                .isBetween(0.0, 100.01)));
        assertThat(percent(timeline.now())).isBetween(33.0, 40.0);
        assertThat(timeline.ticks())
                .extracting(KeyTimeline.Tick::day)
                .containsExactly("12 Jan", "9 Feb", "23 Feb", "9 Mar", "23 Mar");
    }

    @Test
    void drawsAKeyThatWasMadeThisMoment() {
        KeyTimeline timeline = KeyTimeline.of(List.of(active(NOW, NOW.plus(Duration.ofDays(90)))), NOW);

        assertThat(timeline.rows().get(0).spans()).hasSize(1);
        assertThat(percent(timeline.now())).isBetween(0.0, 10.0);
    }

    @Test
    void saysThatARotationIsOverdueAMinuteAfterItWas() {
        Instant due = NOW.minus(Duration.ofMinutes(1));
        assertThat(alerts(List.of(active(NOW.minus(Duration.ofDays(90)), due)))).isEmpty();

        Instant earlier = due.minusMillis(1);
        List<ListedKey> ring =
                List.of(active(NOW.minus(Duration.ofDays(90)), earlier), published(NOW.minus(Duration.ofDays(90))));

        assertThat(alerts(ring)).singleElement().satisfies(alert -> {
            assertThat(alert.level()).isEqualTo(Alerts.Level.CRITICAL);
            assertThat(alert.title()).isEqualTo("Rotation of the signing key is overdue by 1 min");
            assertThat(alert.remedy()).contains("rotate by hand");
        });
    }

    @Test
    void waitsForASuccessorThatIsTooYoung() {
        List<ListedKey> ring = List.of(
                active(NOW.minus(Duration.ofDays(91)), NOW.minus(Duration.ofDays(1))), published(NOW.minusSeconds(1)));

        assertThat(alerts(ring))
                .singleElement()
                .satisfies(alert -> assertThat(alert.remedy()).contains("follows by itself"));
    }

    @Test
    void alertsOfWhatIsDownReplayedLostAndDisabled() {
        List<Alerts.Alert> alerts = Alerts.of(new Alerts.Facts(
                NOW,
                false,
                List.of(),
                Map.of("redis", "does not answer"),
                Map.of(
                        new Rates.Cause("refresh_token", "replayed"),
                        2L,
                        new Rates.Cause("refresh_token", "expired"),
                        9L),
                4,
                List.of(registrar("node1", "UP"), registrar("node2", "KEYS_TOO_OLD"), registrar("node3", ""))));

        assertThat(alerts)
                .extracting(Alerts.Alert::title)
                .containsExactly(
                        "Store is down",
                        "Registrar node2 registers nobody: keys too old",
                        "Registrar node3 does not answer",
                        "2 used refresh tokens were presented again",
                        "4 audit records are not in the trail",
                        "SIP OAuth mode is disabled");
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, now",
        "PT-59S, in 59 s",
        "PT59M, 59 min ago",
        "PT1H, 1 h ago",
        "PT25H, 1 day 1 h ago",
        "PT-49H, in 2 days 1 h",
        "P10DT5H, 10 days ago"
    })
    void saysHowFarAnInstantIs(Duration ago, String words) {
        assertThat(Moment.of(NOW.minus(ago), NOW).distance()).isEqualTo(words);
    }

    private static Registrars.Seen registrar(long bindings) {
        return new Registrars.Seen(URI.create("http://192.0.2.1:9091"), "node1", "UP", "enabled", bindings, List.of());
    }

    private static Registrars.Seen registrar(String node, String state) {
        return new Registrars.Seen(URI.create("http://192.0.2.1:9091"), node, state, "enabled", 3, List.of());
    }

    private static Rates.Sample sample(Instant end, long issued) {
        return new Rates.Sample(end, issued, Map.of());
    }

    private static List<Alerts.Alert> alerts(List<ListedKey> ring) {
        return new ArrayList<>(Alerts.of(new Alerts.Facts(NOW, true, ring, Map.of(), Map.of(), 0, List.of())));
    }

    private static double percent(String text) {
        return Double.parseDouble(text.substring(0, text.length() - 1));
    }

    private static ListedKey active(Instant since, Instant due) {
        return new ListedKey(
                "a",
                SIGNING,
                "active",
                Optional.of("ES256"),
                since,
                since,
                Optional.of(since),
                Optional.empty(),
                Optional.of(due),
                Optional.empty());
    }

    private static ListedKey published(Instant at) {
        return new ListedKey(
                "b",
                SIGNING,
                "published",
                Optional.of("ES256"),
                at,
                at.plus(Duration.ofMinutes(15)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
