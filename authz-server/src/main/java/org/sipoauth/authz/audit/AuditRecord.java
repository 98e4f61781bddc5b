package org.sipoauth.authz.audit;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Records about the trails themselves. */
final class AuditRecord {
    private static final JsonMapper JSON = new JsonMapper();

    private AuditRecord() {}

    static String ofItself(String event, Instant at, Map<String, ?> fields) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("event", event);
        members.put("at", at.truncatedTo(ChronoUnit.MILLIS).toString());
        members.putAll(fields);
        return JSON.writeValueAsString(members);
    }
}
