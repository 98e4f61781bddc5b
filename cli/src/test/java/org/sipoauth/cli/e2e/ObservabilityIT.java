package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.Trust;

/** What {@code deploy/observability} and {@code docs/metrics.md} say, held against a server and a registrar at work. */
class ObservabilityIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Path FOLDER = Repository.file("deploy/observability");
    private static final Path RUNBOOK = Repository.file("docs/runbook.md");

    /** What Prometheus itself makes. */
    private static final Set<String> OWN = Set.of("up", "ALERTS");

    private static final Pattern SERIES = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? \\S+");
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]+)=\"");

    @TempDir
    private static Path folder;

    private static Platform platform;
    private static Map<String, Metric> server;
    private static Map<String, Metric> registrar;

    /** @param labels of all its series together */
    private record Metric(String type, Set<String> labels) {}

    @BeforeAll
    static void start() throws Exception {
        platform = Platform.start(
                folder,
                "edge.example.com",
                List.of(
                        "--sipoauth.audit.folder=" + folder.resolve("audit"),
                        "--sipoauth.audit.syslog.address=tcp://127.0.0.1:" + LoopbackPorts.free(), // nobody's
                        "--sipoauth.ldap.urls=ldaps://127.0.0.1:" + LoopbackPorts.free(), // nobody's
                        "--sipoauth.ldap.bind-dn=cn=sip-oauth,dc=example,dc=com",
                        "--sipoauth.ldap.password-file=" + Files.writeString(folder.resolve("ldap-password"), "none"),
                        "--sipoauth.ldap.base-dn=dc=example,dc=com"),
                List.of("--mode=served", "--ports=served"));
        await().atMost(PATIENCE).until(() -> platform.registrarPage("/health").contains("\"mode\":\"enabled\""));
        use();
        await().atMost(PATIENCE).until(() -> {
            server = metrics(platform.serverPage("/actuator/prometheus"));
            registrar = metrics(platform.registrarPage("/metrics"));
            return server.containsKey("sipoauth_requests_unreadable_total");
        });
    }

    /** One event of each kind of counter that begins with its first. */
    private static void use() throws Exception {
        platform.sipoauth(
                "phone",
                "register",
                "--once",
                "--provisioning=" + platform.provisioning(),
                "--device=CSFALICE",
                "--user=alice",
                "--password-file=" + platform.passwordFile("alice"),
                "--token-file=" + folder.resolve("alice.json"),
                "--trust=" + platform.authority());
        HttpsClient https = new HttpsClient(Trust.context(Optional.of(platform.authority())), Duration.ofSeconds(20));
        assertThat(https.postForm(
                                platform.issuer().resolve("/oauth2/token"),
                                Map.of(
                                        "grant_type",
                                        "refresh_token",
                                        "client_id",
                                        "softphone",
                                        "refresh_token",
                                        "none"))
                        .status())
                .isEqualTo(400);
        assertThat(https.postForm(
                                platform.issuer().resolve("/oauth2/device_authorization"),
                                Map.of(
                                        "client_id",
                                        "deskphone",
                                        "scope",
                                        "sip.register",
                                        "device_name",
                                        "SEP00005E005301"))
                        .status())
                .isEqualTo(200);
        try (Socket garbage =
                new Socket(platform.issuer().getHost(), platform.issuer().getPort())) {
            garbage.getOutputStream().write("not TLS\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            garbage.getInputStream().readAllBytes();
        }
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void theManualNamesEveryMetricOfTheServerAndNoOther() throws IOException {
        assertThat(documented("The server")).isEqualTo(shown(server, name -> name.startsWith("sipoauth_")));
    }

    @Test
    void theManualNamesEveryMetricOfTheRegistrarAndNoOther() throws IOException {
        assertThat(documented("The registrar"))
                .isEqualTo(shown(registrar, name -> name.startsWith("sip_") || name.startsWith("tls_")));
    }

    @Test
    void theManualNamesEveryMetricOfTheVerifierAndNoOther() throws IOException {
        assertThat(documented("The verifier"))
                .isEqualTo(shown(registrar, name -> name.startsWith("sipoauth_verifier_")));
    }

    @Test
    void everyMetricOfTheRulesIsThereWithItsLabels() throws IOException {
        for (JsonNode rule : rules()) {
            assertKnown(rule.get("expr").asText());
        }
    }

    @Test
    void everyMetricOfTheDashboardIsThereWithItsLabels() throws IOException {
        JsonNode dashboard = new ObjectMapper()
                .readTree(FOLDER.resolve("grafana/dashboards/sip-oauth.json").toFile());
        List<String> expressions = dashboard.findValuesAsText("expr");

        assertThat(expressions).hasSizeGreaterThan(50);
        expressions.forEach(ObservabilityIT::assertKnown);
    }

    @Test
    void everyAlertLeadsToItsParagraphAndIsTested() throws IOException {
        String test = Files.readString(FOLDER.resolve("alerts.test.yaml"));
        Set<String> alerts = new TreeSet<>();
        for (JsonNode rule : rules()) {
            String alert = rule.get("alert").asText();
            alerts.add(alert);
            assertThat(rule.get("labels").get("severity").asText()).as(alert).isIn("page", "ticket");
            assertThat(rule.get("annotations").get("runbook_url").asText())
                    .isEqualTo("docs/runbook.md#" + alert.toLowerCase(Locale.ROOT));
            assertThat(test).containsPattern("alertname(: |=\")" + alert + "\\b");
        }
        Set<String> paragraphs = new TreeSet<>();
        Matcher headings = Pattern.compile("(?m)^### (\\w+)$").matcher(Files.readString(RUNBOOK));
        while (headings.find()) {
            paragraphs.add(headings.group(1));
        }
        assertThat(paragraphs).isEqualTo(alerts);
    }

    @Test
    void promtoolFindsNoFaultAndEveryAlertFiresWhenItMust() throws Exception {
        promtool("check", "config", "prometheus.yaml");
        promtool("test", "rules", "alerts.test.yaml");
    }

    private static void promtool(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(Peer.PROMTOOL.path()));
        command.addAll(Arrays.asList(arguments));
        try (ChildProcess promtool = ChildProcess.start("promtool", FOLDER, command)) {
            int exit = promtool.awaitExit(Duration.ofMinutes(2));
            assertThat(exit).as(promtool.output()).isZero();
        }
    }

    private static List<JsonNode> rules() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        for (JsonNode group :
                YAML.readTree(FOLDER.resolve("alerts.yaml").toFile()).get("groups")) {
            group.get("rules").forEach(rules::add);
        }
        assertThat(rules).isNotEmpty();
        return rules;
    }

    /** Each selector of the expression, its metric and the labels that it compares. */
    private static void assertKnown(String expression) {
        String bare = expression
                .replaceAll("\\b(by|without|on|ignoring|group_left|group_right) *(\\([^)]*\\))?", " ")
                .replaceAll("\\[[^]]*]", " ")
                .replaceAll("\\b(and|or|unless|bool|offset) ", " ");
        Matcher selectors = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)\\s*(\\{[^}]*})?(?![a-zA-Z0-9_]*\\s*\\()")
                .matcher(bare.replaceAll("(?<![a-zA-Z_])[0-9.]+[smhd]?", " "));
        int found = 0;
        while (selectors.find()) {
            String name = selectors.group(1);
            found++;
            if (OWN.contains(name)) {
                continue;
            }
            Metric metric = server.getOrDefault(name, registrar.get(name));
            assertThat(metric).as(name + " in " + expression).isNotNull();
            Set<String> labels = new HashSet<>(metric.labels());
            labels.addAll(Set.of("job", "instance"));
            Matcher compared = Pattern.compile("([a-z_]+) *[=!]~?")
                    .matcher(Optional.ofNullable(selectors.group(2)).orElse(""));
            while (compared.find()) {
                assertThat(labels).as(name + " in " + expression).contains(compared.group(1));
            }
        }
        assertThat(found).as(expression).isPositive();
    }

    private static Map<String, Metric> documented(String section) throws IOException {
        Map<String, Metric> documented = new TreeMap<>();
        MetricsManual.rows(section).forEach(row -> documented.put(row.name(), new Metric(row.type(), row.labels())));
        return documented;
    }

    private static Map<String, Metric> shown(Map<String, Metric> metrics, Predicate<String> which) {
        Map<String, Metric> shown = new TreeMap<>(metrics);
        shown.keySet().removeIf(which.negate());
        return shown;
    }

    private static Map<String, Metric> metrics(String page) {
        Map<String, String> types = new HashMap<>();
        Map<String, Metric> metrics = new HashMap<>();
        for (String line : page.lines().toList()) {
            Matcher type = TYPE.matcher(line);
            Matcher series = SERIES.matcher(line);
            if (type.matches()) {
                types.put(type.group(1), type.group(2));
            } else if (series.matches()) {
                String name = series.group(1);
                Metric metric = metrics.computeIfAbsent(
                        name, key -> new Metric(types.getOrDefault(key, "untyped"), new TreeSet<>()));
                Matcher label =
                        LABEL.matcher(Optional.ofNullable(series.group(2)).orElse(""));
                while (label.find()) {
                    metric.labels().add(label.group(1));
                }
            }
        }
        return metrics;
    }
}
