package org.sipoauth.authz.parameter;

import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final JsonMapper json = new JsonMapper();

    Nodes(Records records, Settings settings) {
        this.records = records;
        this.ofSettings = settings.provisioning().nodes();
    }

    /**
     * At least one.
     *
     * @throws DataAccessException if the store is away
     */
    public List<Node> load() {
        return of(find());
    }

    Optional<StoredRecord> find() {
        return records.find(KEY);
    }

    List<Node> of(Optional<StoredRecord> stored) {
        return stored.map(record -> NodeList.read(json.readValue(record.fields().get(NodeList.NODES), OBJECT)))
                .orElse(ofSettings);
    }

    /**
     * Replaces the whole list; when this returns, all servers have it.
     *
     * @return the record's revision
     * @throws RecordChanged if the list is not as expected
     * @throws DataAccessException if the store or its replicas did not confirm it; then it is to be asked for again
     */
    String replace(List<Node> nodes, Expected expected) {
        return records.save(KEY, Map.of(NodeList.NODES, json.writeValueAsString(NodeList.json(nodes))), expected)
                .revision();
    }

    /** What the settings say holds again; otherwise as {@link #replace}. */
    void reset(Expected expected) {
        records.remove(KEY, expected);
    }
}
