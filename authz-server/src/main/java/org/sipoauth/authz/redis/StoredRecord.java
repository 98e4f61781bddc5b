package org.sipoauth.authz.redis;

import java.util.Map;

/**
 * A record as it was read.
 *
 * @param revision another with every change of the record, and never again the same
 */
public record StoredRecord(Map<String, String> fields, String revision) {
    public StoredRecord {
        fields = Map.copyOf(fields);
    }

    @Override
    public String toString() {
        return "StoredRecord[" + revision + "]";
    }
}
