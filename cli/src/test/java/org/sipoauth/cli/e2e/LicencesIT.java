package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/licences.md} against the bills of materials that the build has just written. */
class LicencesIT {
    /** By the module that makes it. */
    private static final Map<String, String> SHIPPED = new LinkedHashMap<>();

    static {
        SHIPPED.put("token-verifier-lib", "verifier");
        SHIPPED.put("keys", "keys");
        SHIPPED.put("authz-server", "server");
        SHIPPED.put("sip-registrar", "registrar");
        SHIPPED.put("cli", "commands");
    }

    /** One of them is enough where a component may be had under several. */
    private static final Set<String> COMPATIBLE = Set.of(
            "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "Bouncy Castle Licence", "EPL-2.0", "MIT", "0BSD", "MIT-0");

    /** Whose POM names another licence than the one in its jar. */
    private static final Map<String, String> IN_THE_JAR =
            Map.of("org.springframework.session:spring-session-core", "Apache-2.0");

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\| ([^|]+) \\|$");

    private record Use(String licences, String in) {}

    @Test
    void theManualListsEveryComponentWithItsLicenceAndNoOther() throws IOException {
        Map<String, Use> listed = new TreeMap<>();
        Matcher rows = ROW.matcher(Files.readString(Repository.file("docs/licences.md")));
        while (rows.find()) {
            listed.put(rows.group(1), new Use(rows.group(2), rows.group(3)));
        }

        Map<String, Use> shipped = shipped();
        assertThat(listed).as("in place of the table:%n%s", table(shipped)).isEqualTo(shipped);
    }

    @Test
    void everyComponentMayBeShippedWithThis() throws IOException {
        shipped()
                .forEach((component, use) ->
                        assertThat(use.licences().split(" or ")).as(component).containsAnyElementsOf(COMPATIBLE));
    }

    @Test
    void theVerifierDependsOnNothing() throws IOException {
        assertThat(bill("token-verifier-lib").path("components")).isEmpty();
    }

    private static Map<String, Use> shipped() throws IOException {
        Map<String, String> licences = new TreeMap<>();
        Map<String, Set<String>> modules = new TreeMap<>();
        for (String module : SHIPPED.keySet()) {
            for (JsonNode component : bill(module).path("components")) {
                String name = component.path("group").asText() + ":"
                        + component.get("name").asText();
                if (!name.startsWith("org.sipoauth:")) {
                    licences.put(name, IN_THE_JAR.getOrDefault(name, licences(component)));
                    modules.computeIfAbsent(name, key -> new TreeSet<>()).add(SHIPPED.get(module));
                }
            }
        }
        Map<String, Use> shipped = new TreeMap<>();
        licences.forEach((name, licence) -> shipped.put(name, new Use(licence, String.join(", ", modules.get(name)))));
        assertThat(shipped).hasSizeGreaterThan(50);
        return shipped;
    }

    private static JsonNode bill(String module) throws IOException {
        Path file = Repository.file(module).resolve("target/sbom.json");
        if (!Files.exists(file) && !Boolean.parseBoolean(System.getenv("SIPOAUTH_REQUIRE_PEERS"))) {
            abort("SKIPPED: a build with --offline writes no bill of materials");
        }
        JsonNode bill = new ObjectMapper().readTree(file.toFile());
        assertThat(bill.get("bomFormat").asText()).isEqualTo("CycloneDX");
        assertThat(bill.get("metadata").get("component").get("name").asText()).isEqualTo(module);
        return bill;
    }

    private static String licences(JsonNode component) {
        Set<String> licences = new TreeSet<>();
        for (JsonNode entry : component.path("licenses")) {
            JsonNode licence = entry.path("license");
            licences.add(
                    licence.has("id")
                            ? licence.get("id").asText()
                            : licence.has("name")
                                    ? licence.get("name").asText()
                                    : entry.path("expression").asText());
        }
        return String.join(" or ", licences);
    }

    private static String table(Map<String, Use> shipped) {
        return shipped.entrySet().stream()
                .map(entry -> "| `" + entry.getKey() + "` | "
                        + entry.getValue().licences() + " | "
                        + entry.getValue().in() + " |")
                .collect(Collectors.joining("\n"));
    }

    /** For a reader who looks for the modules by name. */
    @Test
    void theManualNamesTheModules() throws IOException {
        String manual = Files.readString(Repository.file("docs/licences.md"));
        assertThat(List.copyOf(SHIPPED.keySet()))
                .allSatisfy(module -> assertThat(manual).contains("`" + module + "`"));
    }
}
