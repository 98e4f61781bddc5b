package org.sipoauth.authz.audit;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes one line of JSON for every decision to the log {@code org.sipoauth.audit}. Whoever writes a record puts in who,
 * what and why; never a token, a code, a password or any part of one.
 */
@Component
public final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger("org.sipoauth.audit");
    private static final JsonMapper JSON = new JsonMapper();

    /** Starts a record, such as {@code issued}, {@code refused}, {@code rotated} or {@code revoked}. */
    public Entry event(String name) {
        return new Entry(name);
    }

    /** A record being written; nothing happens until {@link #write}. */
    public static final class Entry {
        private final Map<String, String> fields = new LinkedHashMap<>();

        private Entry(String event) {
            fields.put("event", event);
        }

        /** Adds a field; absent values are left out. */
        public Entry with(String name, @Nullable Object value) {
            if (value != null) {
                fields.put(name, value.toString());
            }
            return this;
        }

        public void write() {
            LOG.info("{}", JSON.writeValueAsString(fields));
        }
    }
}
