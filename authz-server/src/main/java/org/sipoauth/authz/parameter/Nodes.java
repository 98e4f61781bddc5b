package org.sipoauth.authz.parameter;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.redis.Records;
import org.sipoauth.authz.redis.StoredRecord;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.Settings.Node;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The SIP servers that phones are sent to, in order of priority: one record in the store, whose field {@code nodes} is
 * JSON, for all servers. Where there is none, the settings hold. Read anew for each configuration file.
 */
@Component
public final class Nodes {
    private static final String KEY = "nodes";
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final Records records;
    private final List<Node> ofSettings;
    private final Audit audit;
    private final JsonMapper json = new JsonMapper();

    Nodes(Records records, Settings settings, Audit audit) {
        this.records = records;
        this.ofSettings = settings.provisioning().nodes();
        this.audit = audit;
    }

    /**
     * At least one.
     *
     * @throws DataAccessException if the store is away
     */
    public List<Node> load() {
        return of(find());
    }

    /**
     * The list as administrators see it.
     *
     * @param nodes each as JSON has it
     * @param revision empty: nobody has set it
     */
    public record Shown(List<Map<String, Object>> nodes, Optional<String> revision) {}

    /** @throws DataAccessException if the store is away */
    public Shown show() {
        Optional<StoredRecord> stored = find();
        return new Shown(of(stored).stream().map(NodeList::json).toList(), stored.map(StoredRecord::revision));
    }

    Optional<StoredRecord> find() {
        return records.find(KEY);
    }

    List<Node> of(Optional<StoredRecord> stored) {
        return stored.map(record -> NodeList.read(json.readValue(record.fields().get(NodeList.NODES), OBJECT)))
                .orElse(ofSettings);
    }

    /**
     * Replaces the whole list, and records it; when this returns, all servers have it.
     *
     * @param nodes each as JSON has it, in order of priority
     * @param by who asks for it, for the audit
     * @return its revision
     * @throws RuntimeException {@code IllegalArgumentException} or {@code RequestRefused}, if there can be no such list; the
     *     message says what to send
     * @throws RecordChanged if the list is not as expected
     * @throws DataAccessException if the store or its replicas did not confirm it; then it is to be asked for again
     */
    public String replace(List<? extends Map<String, ?>> nodes, Expected expected, String by) {
        return save(NodeList.read(Map.of(NodeList.NODES, nodes)), expected, by);
    }

    String save(List<Node> wanted, Expected expected, String by) {
        List<Node> before = load();
        Map<String, String> field = Map.of(NodeList.NODES, json.writeValueAsString(NodeList.json(wanted)));
        String revision = records.save(KEY, field, expected).revision();
        record("nodes_set", wanted, before, by);
        return revision;
    }

    /** What the settings say holds again; otherwise as {@link #replace}. */
    public void reset(Expected expected, String by) {
        List<Node> before = load();
        records.remove(KEY, expected);
        record("nodes_reset", ofSettings, before, by);
    }

    private void record(String event, List<Node> wanted, List<Node> before, String by) {
        audit.event(event)
                .with("by", by)
                .changed(Map.of("nodes", inWords(before)), Map.of("nodes", inWords(wanted)))
                .keep();
    }

    private static List<String> inWords(List<Node> nodes) {
        return nodes.stream()
                .map(node -> "%s %s:%d,%d"
                        .formatted(node.name(), node.address(), node.sipOauthPort(), node.sipMraOauthPort()))
                .toList();
    }

    /**
     * A port that a node has.
     *
     * @param name as JSON has it
     * @param usual where nobody says another
     */
    public record PortRange(String name, int usual, int minimum, int maximum) {}

    /** In the order in which they are shown. */
    public static List<PortRange> ports() {
        return NodeList.ports();
    }
}
