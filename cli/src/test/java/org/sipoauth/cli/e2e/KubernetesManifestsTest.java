package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBuilder;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The manifests as a cluster would read them, every field among them, and whether they agree with each other. What kustomize does
 * with them is not run here.
 */
class KubernetesManifestsTest {
    private static final Path FOLDER = Repository.file("deploy/kubernetes");

    /** The kinds that the manifests are made of. */
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "Namespace", Namespace.class,
            "ServiceAccount", ServiceAccount.class,
            "Service", Service.class,
            "StatefulSet", StatefulSet.class,
            "PodDisruptionBudget", PodDisruptionBudget.class,
            "HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
            "NetworkPolicy", NetworkPolicy.class);

    private static final ObjectMapper STRICT = new ObjectMapper(new YAMLFactory())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .registerModule(new SimpleModule().setDeserializerModifier(new NoRoomForUnknownFields()));

    /** What an overlay may add, each a component of kustomize with one policy, and the port that it opens. */
    private static final Map<String, Integer> COMPONENTS =
            Map.of("ldap", 636, "openid-connect", 443, "syslog", 6514, "otlp", 4318);

    private static final List<HasMetadata> MANIFESTS = new ArrayList<>();
    private static final List<JsonNode> KUSTOMIZATIONS = new ArrayList<>();

    /** The model has a place for fields that it does not know. */
    private static final class NoRoomForUnknownFields extends BeanDeserializerModifier {
        private static final long serialVersionUID = 1;

        @Override
        public BeanDeserializerBuilder updateBuilder(
                DeserializationConfig config, BeanDescription type, BeanDeserializerBuilder builder) {
            builder.setAnySetter(null);
            return builder;
        }
    }

    @BeforeAll
    static void read() throws IOException {
        MANIFESTS.clear();
        KUSTOMIZATIONS.clear();
        for (Path overlay : List.of(FOLDER.resolve("base"), FOLDER.resolve("example"))) {
            JsonNode kustomization =
                    STRICT.readTree(overlay.resolve("kustomization.yaml").toFile());
            KUSTOMIZATIONS.add(kustomization);
            for (JsonNode resource : kustomization.get("resources")) {
                Path file = overlay.resolve(resource.asText());
                if (Files.isRegularFile(file)) {
                    MANIFESTS.addAll(documents(Files.readString(file)));
                } else {
                    assertThat(file.resolve("kustomization.yaml")).exists();
                }
            }
        }
    }

    private static List<HasMetadata> documents(String yaml) throws IOException {
        List<HasMetadata> documents = new ArrayList<>();
        try (var values = STRICT.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
            while (values.hasNext()) {
                JsonNode document = values.next();
                HasMetadata manifest = STRICT.treeToValue(
                        document, KINDS.get(document.get("kind").asText()));
                assertThat(document.get("apiVersion").asText())
                        .as(document.get("kind").asText())
                        .isEqualTo(HasMetadata.getApiVersion(manifest.getClass()));
                documents.add(manifest);
            }
        }
        return documents;
    }

    @Test
    void aFieldThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> documents("""
                        apiVersion: v1
                        kind: Service
                        metadata: {name: x}
                        spec: {sesionAffinity: None}
                        """)).hasMessageContaining("sesionAffinity");
    }

    @Test
    void everyFileIsNamedByAKustomization() throws IOException {
        Set<String> named = new HashSet<>(Set.of("base/kustomization.yaml", "example/kustomization.yaml"));
        for (int i = 0; i < KUSTOMIZATIONS.size(); i++) {
            String overlay = List.of("base/", "example/").get(i);
            KUSTOMIZATIONS.get(i).get("resources").forEach(resource -> named.add(overlay + resource.asText()));
            KUSTOMIZATIONS
                    .get(i)
                    .get("configMapGenerator")
                    .forEach(map -> map.get("files")
                            .forEach(file -> named.add(overlay + file.asText().replaceFirst(".*=", ""))));
        }
        named.remove("example/../base");
        COMPONENTS.keySet().forEach(component -> {
            named.add("components/" + component + "/kustomization.yaml");
            named.add("components/" + component + "/networkpolicy.yaml");
        });
        try (Stream<Path> files = Files.walk(FOLDER)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> FOLDER.relativize(file).toString()))
                    .containsExactlyInAnyOrderElementsOf(named);
        }
    }

    @Test
    void everySelectorMeetsThePodsOfOneSet() {
        List<Map<String, String>> selectors = new ArrayList<>();
        of(Service.class).forEach(service -> selectors.add(service.getSpec().getSelector()));
        of(PodDisruptionBudget.class)
                .forEach(budget -> selectors.add(budget.getSpec().getSelector().getMatchLabels()));
        of(StatefulSet.class)
                .forEach(set -> selectors.add(set.getSpec().getSelector().getMatchLabels()));
        of(StatefulSet.class)
                .flatMap(set -> set.getSpec().getTemplate().getSpec().getTopologySpreadConstraints().stream())
                .forEach(spread -> selectors.add(spread.getLabelSelector().getMatchLabels()));

        assertThat(selectors).hasSizeGreaterThan(10);
        for (Map<String, String> selector : selectors) {
            assertThat(selected(selector)).as(selector.toString()).hasSize(1);
        }
    }

    @Test
    void everyPortThatIsNamedIsAContainers() {
        of(Service.class).forEach(service -> {
            Set<String> ports = ports(selected(service.getSpec().getSelector()).get(0));
            service.getSpec()
                    .getPorts()
                    .forEach(port -> assertThat(ports)
                            .as(service.getMetadata().getName())
                            .contains(text(port.getTargetPort())));
        });
        of(StatefulSet.class)
                .forEach(set -> probes(container(set))
                        .forEach(probe -> assertThat(ports(set))
                                .as(set.getMetadata().getName())
                                .contains(
                                        probe.getHttpGet() != null
                                                ? text(probe.getHttpGet().getPort())
                                                : text(probe.getTcpSocket().getPort()))));
        of(NetworkPolicy.class)
                .filter(policy -> policy.getSpec().getPodSelector().getMatchLabels() != null
                        && !policy.getSpec().getPodSelector().getMatchLabels().isEmpty())
                .forEach(policy -> {
                    StatefulSet set = selected(policy.getSpec().getPodSelector().getMatchLabels())
                            .get(0);
                    Set<String> open = new HashSet<>();
                    policy.getSpec()
                            .getIngress()
                            .forEach(rule -> rule.getPorts().stream()
                                    .map(NetworkPolicyPort::getPort)
                                    .map(KubernetesManifestsTest::text)
                                    .forEach(open::add));
                    assertThat(open).as(policy.getMetadata().getName()).isEqualTo(ports(set));
                });
    }

    @Test
    void everyVolumeIsThereAndUsedAndNamesASettingsFileThatIsMade() {
        Set<String> made = new HashSet<>();
        KUSTOMIZATIONS.forEach(kustomization -> kustomization
                .get("configMapGenerator")
                .forEach(map -> made.add(map.get("name").asText())));
        of(StatefulSet.class).forEach(set -> {
            PodSpec pod = set.getSpec().getTemplate().getSpec();
            Set<String> volumes = new HashSet<>();
            for (Volume volume : pod.getVolumes()) {
                volumes.add(volume.getName());
                if (volume.getConfigMap() != null) {
                    assertThat(made).contains(volume.getConfigMap().getName());
                }
            }
            set.getSpec()
                    .getVolumeClaimTemplates()
                    .forEach(claim -> volumes.add(claim.getMetadata().getName()));
            Set<String> mounted = new HashSet<>();
            container(set).getVolumeMounts().forEach(mount -> mounted.add(mount.getName()));
            assertThat(mounted).as(set.getMetadata().getName()).isEqualTo(volumes);
        });
    }

    @Test
    void everySetHasItsServiceAndEveryScalerItsSet() {
        Set<String> services = names(Service.class);
        Set<String> sets = names(StatefulSet.class);
        Set<String> accounts = names(ServiceAccount.class);
        of(StatefulSet.class).forEach(set -> {
            assertThat(services).contains(set.getSpec().getServiceName());
            String account = set.getSpec().getTemplate().getSpec().getServiceAccountName();
            if (account != null) {
                assertThat(accounts).contains(account);
            }
        });
        of(HorizontalPodAutoscaler.class).forEach(scaler -> {
            assertThat(scaler.getSpec().getScaleTargetRef().getKind()).isEqualTo("StatefulSet");
            assertThat(sets).contains(scaler.getSpec().getScaleTargetRef().getName());
            assertThat(scaler.getSpec().getMinReplicas()).isGreaterThan(1); // else the budget lets the only one go
            assertThat(set(scaler.getSpec().getScaleTargetRef().getName())
                            .getSpec()
                            .getReplicas())
                    .as("the number of pods, which would go back to this with every apply")
                    .isNull();
        });
        assertThat(names(HorizontalPodAutoscaler.class)).isEqualTo(names(PodDisruptionBudget.class));
    }

    @Test
    void theConsoleKnowsTheRegistrarsThatAreAlwaysThereAndMayAskThem() throws IOException {
        StatefulSet registrars = set("sip-registrar");
        Service pods = of(Service.class)
                .filter(service -> service.getMetadata()
                        .getName()
                        .equals(registrars.getSpec().getServiceName()))
                .findFirst()
                .orElseThrow();
        int port = container(registrars).getPorts().stream()
                .filter(named -> named.getName().equals("management"))
                .findFirst()
                .orElseThrow()
                .getContainerPort();
        int least = of(HorizontalPodAutoscaler.class)
                .filter(scaler -> scaler.getMetadata().getName().equals("sip-registrar"))
                .findFirst()
                .orElseThrow()
                .getSpec()
                .getMinReplicas();
        List<String> addresses = IntStream.range(0, least)
                .mapToObj(pod ->
                        "http://sip-registrar-" + pod + "." + pods.getMetadata().getName() + ":" + port)
                .toList();

        assertThat(pods.getSpec().getClusterIP()).isEqualTo("None");
        assertThat(pods.getSpec().getPublishNotReadyAddresses())
                .as("the names of registrars that are not ready, which are those to look at")
                .isTrue();
        for (String settings : List.of("base/config/authz-server.yaml", "example/authz-server.yaml")) {
            assertThat(STRICT.readTree(FOLDER.resolve(settings).toFile()).at("/sipoauth/console/registrars"))
                    .as(settings)
                    .extracting(JsonNode::asText)
                    .containsExactlyElementsOf(addresses);
        }
        assertThat(policy("authz-server").getSpec().getEgress()).anySatisfy(rule -> {
            assertThat(rule.getTo()).anySatisfy(peer -> assertPods(peer, "sip-registrar"));
            assertThat(rule.getPorts())
                    .anySatisfy(open -> assertThat(text(open.getPort())).isEqualTo(String.valueOf(port)));
        });
        assertThat(policy("sip-registrar").getSpec().getIngress()).anySatisfy(rule -> {
            assertThat(rule.getFrom()).anySatisfy(peer -> assertPods(peer, "authz-server"));
            assertThat(rule.getPorts())
                    .anySatisfy(open -> assertThat(text(open.getPort())).isEqualTo("management"));
        });
    }

    @Test
    void everyComponentOpensOneWayOutAndNothingElse() throws IOException {
        Set<String> names = new HashSet<>(names(NetworkPolicy.class));
        String manual = Files.readString(Repository.file("docs/deploy.md"));
        for (Map.Entry<String, Integer> component : COMPONENTS.entrySet()) {
            Path folder = FOLDER.resolve("components").resolve(component.getKey());
            JsonNode kustomization =
                    STRICT.readTree(folder.resolve("kustomization.yaml").toFile());
            assertThat(kustomization.get("apiVersion").asText()).isEqualTo("kustomize.config.k8s.io/v1alpha1");
            assertThat(kustomization.get("kind").asText()).isEqualTo("Component");
            assertThat(kustomization.get("resources"))
                    .extracting(JsonNode::asText)
                    .containsExactly("networkpolicy.yaml");
            List<HasMetadata> manifests = documents(Files.readString(folder.resolve("networkpolicy.yaml")));
            assertThat(manifests).hasSize(1).hasOnlyElementsOfType(NetworkPolicy.class);
            NetworkPolicy policy = (NetworkPolicy) manifests.get(0);

            assertThat(names.add(policy.getMetadata().getName()))
                    .as("a name of its own, for policies add up")
                    .isTrue();
            assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Egress");
            assertThat(policy.getSpec().getIngress()).isNullOrEmpty();
            assertThat(policy.getSpec().getEgress())
                    .singleElement()
                    .satisfies(rule -> assertThat(rule.getPorts())
                            .extracting(port -> text(port.getPort()))
                            .containsExactly(String.valueOf(component.getValue())));
            assertThat(pods(policy.getSpec().getPodSelector()))
                    .isNotEmpty()
                    .allSatisfy(pods -> assertThat(selected(Map.of("app.kubernetes.io/name", pods)))
                            .hasSize(1));
            assertThat(manual).contains("`" + component.getKey() + "`", String.valueOf(component.getValue()));
        }
    }

    private static List<String> pods(LabelSelector selector) {
        return selector.getMatchExpressions().isEmpty()
                ? List.copyOf(selector.getMatchLabels().values())
                : selector.getMatchExpressions().get(0).getValues();
    }

    private static void assertPods(NetworkPolicyPeer peer, String name) {
        assertThat(peer.getPodSelector()).isNotNull();
        assertThat(peer.getPodSelector().getMatchLabels()).containsExactly(Map.entry("app.kubernetes.io/name", name));
    }

    /** Of the pod security standards: what the namespace enforces. */
    @Test
    void everyPodIsRestricted() {
        assertThat(of(Namespace.class)
                        .map(namespace ->
                                namespace.getMetadata().getLabels().get("pod-security.kubernetes.io/enforce")))
                .containsExactly("restricted");
        of(StatefulSet.class).forEach(set -> {
            PodSpec pod = set.getSpec().getTemplate().getSpec();
            String name = set.getMetadata().getName();
            assertThat(pod.getAutomountServiceAccountToken()).as(name).isFalse();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).as(name).isTrue();
            assertThat(pod.getSecurityContext().getRunAsUser()).as(name).isPositive();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType())
                    .as(name)
                    .isEqualTo("RuntimeDefault");
            Container container = container(set);
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .as(name)
                    .isFalse();
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                    .as(name)
                    .isTrue();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .as(name)
                    .containsExactly("ALL");
            assertThat(container.getResources().getLimits()).as(name).containsKey("memory");
            assertThat(container.getReadinessProbe()).as(name).isNotNull();
            assertThat(container.getLivenessProbe()).as(name).isNotNull();
        });
    }

    @Test
    void theRegistrarKnowsItsSettings() throws IOException {
        String settings =
                Files.readString(Repository.file("sip-registrar/src/main/java/org/sipoauth/registrar/Setting.java"));
        List<String> keys = new ArrayList<>();
        for (String file : List.of("base/config/sip-registrar.properties", "example/sip-registrar.properties")) {
            Files.readAllLines(FOLDER.resolve(file)).stream()
                    .filter(line -> line.contains("=") && !line.startsWith("#"))
                    .map(line -> line.substring(0, line.indexOf('=')))
                    .forEach(keys::add);
        }
        container(set("sip-registrar")).getArgs().stream()
                .map(argument -> argument.substring(2, argument.indexOf('=')))
                .filter(key -> !key.equals("config"))
                .forEach(keys::add);

        assertThat(keys).hasSizeGreaterThan(15);
        keys.forEach(key -> assertThat(settings).contains("\"" + key + "\""));
    }

    private static <T extends HasMetadata> Stream<T> of(Class<T> kind) {
        return MANIFESTS.stream().filter(kind::isInstance).map(kind::cast);
    }

    private static Set<String> names(Class<? extends HasMetadata> kind) {
        Set<String> names = new HashSet<>();
        of(kind).forEach(manifest -> names.add(manifest.getMetadata().getName()));
        return names;
    }

    private static StatefulSet set(String name) {
        return of(StatefulSet.class)
                .filter(set -> set.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static NetworkPolicy policy(String name) {
        return of(NetworkPolicy.class)
                .filter(policy -> policy.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<StatefulSet> selected(Map<String, String> labels) {
        return of(StatefulSet.class)
                .filter(set -> set.getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getLabels()
                        .entrySet()
                        .containsAll(labels.entrySet()))
                .toList();
    }

    private static Container container(StatefulSet set) {
        List<Container> containers = set.getSpec().getTemplate().getSpec().getContainers();
        assertThat(containers).hasSize(1);
        return containers.get(0);
    }

    private static Set<String> ports(StatefulSet set) {
        Set<String> ports = new HashSet<>();
        container(set).getPorts().forEach(port -> ports.add(port.getName()));
        return ports;
    }

    private static List<Probe> probes(Container container) {
        return Stream.of(container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe())
                .filter(probe -> probe != null)
                .toList();
    }

    private static String text(IntOrString port) {
        return String.valueOf(port.getValue());
    }
}
