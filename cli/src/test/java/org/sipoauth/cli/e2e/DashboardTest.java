package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The dashboard as far as it can be held without Grafana: its layout, its queries, and that every metric of the manual is on it.
 * {@link ObservabilityIT} compares the queries with what server and registrar show.
 */
class DashboardTest {
    private static final Path FOLDER = Repository.file("deploy/observability/grafana");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    /** Columns of Grafana's grid. */
    private static final int WIDTH = 24;

    /** Identifiers of units that Grafana knows. */
    private static final Set<String> UNITS = Set.of("none", "short", "s", "bytes", "Bps", "reqps", "percentunit");

    private static final Pattern METRIC = Pattern.compile("\\b(?:sip|sipoauth|tls)_[a-z_]+\\b");
    private static final Pattern KEPT = Pattern.compile("\\bby \\(([^)]*)\\)");
    private static final Pattern LEGEND = Pattern.compile("\\{\\{([a-z_]+)}}");

    private static JsonNode dashboard;
    private static List<JsonNode> panels;

    @BeforeAll
    static void read() throws IOException {
        dashboard = new ObjectMapper()
                .readTree(FOLDER.resolve("dashboards/sip-oauth.json").toFile());
        panels = list(dashboard.get("panels"));
        assertThat(panels).hasSizeGreaterThan(40);
    }

    private record Query(String panel, String expression, String legend) {}

    @Test
    void everyMetricOfTheManualIsOnIt() throws IOException {
        Set<String> shown = new TreeSet<>();
        for (Query query : queries()) {
            METRIC.matcher(query.expression()).results().map(MatchResult::group).forEach(shown::add);
        }

        assertThat(MetricsManual.rows()).hasSizeGreaterThan(60);
        assertThat(shown)
                .containsExactlyInAnyOrderElementsOf(MetricsManual.rows().stream()
                        .map(MetricsManual.Row::name)
                        .toList());
    }

    @Test
    void aUnitIsInTheNameOfWhatHasOne() throws IOException {
        for (MetricsManual.Row row : MetricsManual.rows()) {
            for (String unit : List.of("seconds", "bytes")) {
                assertThat(row.name().contains("_" + unit))
                        .as(row.name())
                        .isEqualTo(row.unit().equals(unit));
            }
            assertThat(row.name().endsWith("_total"))
                    .as(row.name())
                    .isEqualTo(row.type().equals("counter"));
        }
    }

    /** What only grows tells nothing by its height; of what goes up and down a rate does not. */
    @Test
    void countersAreShownAsRatesAndGaugesAsTheyAre() throws IOException {
        Map<String, String> types = MetricsManual.rows().stream()
                .collect(Collectors.toMap(MetricsManual.Row::name, MetricsManual.Row::type));
        for (Query query : queries()) {
            Matcher metric = METRIC.matcher(query.expression());
            while (metric.find()) {
                boolean rate = query.expression().substring(0, metric.start()).matches(".*(rate|increase)\\(");
                assertThat(rate)
                        .as(query.panel() + ": " + query.expression())
                        .isEqualTo(types.get(metric.group()).equals("counter"));
            }
        }
    }

    @Test
    void everyQueryIsPromQl(@TempDir Path folder) throws Exception {
        ArrayNode rules = YAML.createArrayNode();
        for (Query query : queries()) {
            String expression = query.expression().replace("$__rate_interval", "1m");
            assertThat(expression).as(query.panel()).doesNotContain("$");
            rules.addObject().put("record", "query:" + rules.size()).put("expr", expression);
        }
        ObjectNode file = YAML.createObjectNode();
        file.putArray("groups").addObject().put("name", "dashboard").set("rules", rules);
        Path written = folder.resolve("queries.yaml");
        YAML.writeValue(written.toFile(), file);

        try (ChildProcess promtool = ChildProcess.start(
                "promtool", folder, List.of(Peer.PROMTOOL.path(), "check", "rules", written.toString()))) {
            assertThat(promtool.awaitExit(Duration.ofMinutes(1)))
                    .as(promtool.output())
                    .isZero();
        }
    }

    @Test
    void everyLegendNamesLabelsThatItsQueryKeeps() {
        for (Query query : queries()) {
            Set<String> kept = KEPT.matcher(query.expression())
                    .results()
                    .flatMap(by -> List.of(by.group(1).split(", *")).stream())
                    .collect(Collectors.toSet());
            Set<String> named = LEGEND.matcher(query.legend())
                    .results()
                    .map(label -> label.group(1))
                    .collect(Collectors.toSet());
            String what = query.panel() + ": " + query.expression() + " as " + query.legend();
            if (query.expression().startsWith("sum") || query.expression().startsWith("max")) {
                assertThat(named).as(what).isEqualTo(kept);
            } else {
                assertThat(named).as(what).contains("instance");
            }
        }
    }

    @Test
    void everyPanelHasAnIdATitleAndAPlaceOfItsOwn() {
        Set<String> places = new HashSet<>();
        for (JsonNode panel : panels) {
            String title = panel.get("title").asText();
            JsonNode place = panel.get("gridPos");
            int left = place.get("x").asInt();
            int right = left + place.get("w").asInt();
            int top = place.get("y").asInt();
            int bottom = top + place.get("h").asInt();
            assertThat(left).as(title).isNotNegative().isLessThan(right);
            assertThat(right).as(title).isLessThanOrEqualTo(WIDTH);
            assertThat(top).as(title).isNotNegative().isLessThan(bottom);
            for (int x = left; x < right; x++) {
                for (int y = top; y < bottom; y++) {
                    assertThat(places.add(x + " " + y)).as(title).isTrue();
                }
            }
        }
        assertThat(each(panel -> panel.get("id").asInt())).doesNotHaveDuplicates();
        assertThat(each(panel ->
                        panel.get("type").asText() + " " + panel.get("title").asText()))
                .doesNotHaveDuplicates();
    }

    @Test
    void everyPanelIsARowOrHasQueriesAndAUnit() {
        for (JsonNode panel : panels) {
            String title = panel.get("title").asText();
            if (panel.get("type").asText().equals("row")) {
                assertThat(panel.get("panels")).as(title).isEmpty();
                continue;
            }
            assertThat(panel.get("type").asText()).as(title).isIn("stat", "timeseries");
            assertThat(panel.at("/fieldConfig/defaults/unit").asText())
                    .as(title)
                    .isIn(UNITS);
            assertThat(panel.findValuesAsText("refId"))
                    .as(title)
                    .isNotEmpty()
                    .doesNotHaveDuplicates()
                    .hasSameSizeAs(panel.get("targets"));
        }
    }

    @Test
    void allIsAskedOfTheDataSourceThatIsChosen() throws IOException {
        assertThat(list(dashboard.at("/templating/list"))).singleElement().satisfies(variable -> {
            assertThat(variable.get("type").asText()).isEqualTo("datasource");
            assertThat(variable.get("name").asText()).isEqualTo("datasource");
            assertThat(variable.get("query").asText()).isEqualTo("prometheus");
        });
        assertThat(new HashSet<>(dashboard.findValues("datasource")))
                .singleElement()
                .satisfies(asked -> {
                    assertThat(asked.get("type").asText()).isEqualTo("prometheus");
                    assertThat(asked.get("uid").asText()).isEqualTo("${datasource}");
                });
        assertThat(list(YAML.readTree(
                                FOLDER.resolve("datasources/prometheus.yaml").toFile())
                        .get("datasources")))
                .singleElement()
                .satisfies(source -> {
                    assertThat(source.get("type").asText()).isEqualTo("prometheus");
                    assertThat(source.get("isDefault").asBoolean()).isTrue();
                });
    }

    private static List<Query> queries() {
        List<Query> queries = new ArrayList<>();
        for (JsonNode panel : panels) {
            for (JsonNode target : panel.path("targets")) {
                queries.add(new Query(
                        panel.get("title").asText(),
                        target.get("expr").asText(),
                        target.get("legendFormat").asText()));
            }
        }
        return queries;
    }

    private static <T> List<T> each(Function<JsonNode, T> of) {
        return panels.stream().map(of).toList();
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }
}
