package org.sipoauth.authz.parameter;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.redis.Records;
import org.sipoauth.authz.redis.StoredRecord;
import org.sipoauth.authz.settings.StartupRefused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Holds the parameters in force, and looks at the store for changes on a timer: one record a parameter, {@code
 * parameter:<name>}, whose field {@code value} is JSON. Where there is no record, the settings hold. While the store is
 * away, what was last seen holds.
 */
final class ParameterKeeper implements CurrentParameters {
    private static final Logger LOG = LoggerFactory.getLogger(ParameterKeeper.class);
    private static final String VALUE = "value";

    private final Records records;
    private final List<Parameter<?>> all;
    private final Parameters ofSettings;
    private final JsonMapper json = new JsonMapper();
    private volatile Parameters inForce;

    /** A value in the store that this server does not take. */
    static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Unusable(Exception why) {
            super("the store has a value that this server does not take: " + why.getMessage(), why);
        }
    }

    /** @throws StartupRefused if the store has a value that contradicts this server's settings */
    ParameterKeeper(Records records, List<Parameter<?>> all, Parameters ofSettings) {
        this.records = records;
        this.all = all;
        this.ofSettings = ofSettings;
        this.inForce = ofSettings;
        try {
            refresh(unusable -> {
                throw unusable;
            });
        } catch (Unusable contradiction) {
            throw new StartupRefused(
                    "The parameters contradict the settings: " + contradiction.getMessage() + ".",
                    "Give this server the settings of the others that use this store, or change the parameter at one of"
                            + " them with sipoauth parameter set.",
                    contradiction);
        } catch (DataAccessException away) {
            LOG.warn("the parameters cannot be read: {}", away.getMessage()); // the check of Redis says more
        }
    }

    @Override
    public Parameters get() {
        return inForce;
    }

    List<Parameter<?>> all() {
        return all;
    }

    Parameters ofSettings() {
        return ofSettings;
    }

    @Scheduled(
            fixedDelayString = "${sipoauth.parameters.look-every:5s}",
            initialDelayString = "${sipoauth.parameters.look-every:5s}")
    void look() {
        try {
            refresh();
        } catch (DataAccessException e) {
            LOG.warn("the parameters cannot be read: {}", e.getMessage());
        }
    }

    private void refresh() {
        refresh(unusable -> LOG.error("a parameter stays as it is at this server: {}", unusable.getMessage()));
    }

    /** One at a time: a look that began before a change must not end after it. */
    private synchronized void refresh(Consumer<Unusable> whenUnusable) {
        Parameters next = ofSettings;
        for (Parameter<?> parameter : all) {
            Optional<StoredRecord> stored = find(parameter);
            try {
                next = stored.isPresent() ? with(next, parameter, stored.get()) : next;
            } catch (Unusable unusable) {
                whenUnusable.accept(unusable);
                next = parameter.copy(inForce, next);
            }
        }
        if (!next.equals(inForce)) {
            inForce = next;
            LOG.info("parameters in force: {}", next);
        }
    }

    private Parameters with(Parameters parameters, Parameter<?> parameter, StoredRecord stored) {
        try {
            return parameter.set(parameters, json.readValue(stored.fields().get(VALUE), Object.class));
        } catch (IllegalArgumentException | JacksonException unreadable) {
            throw new Unusable(unreadable);
        }
    }

    /** The record of a parameter that somebody has set. */
    Optional<StoredRecord> find(Parameter<?> parameter) {
        return records.find(key(parameter));
    }

    /**
     * The parameters as they are with this record, or with none.
     *
     * @throws Unusable if this server does not take what it says
     */
    Parameters with(Parameter<?> parameter, Optional<StoredRecord> stored) {
        return stored.map(record -> with(ofSettings, parameter, record)).orElse(ofSettings);
    }

    /**
     * Sets a parameter: when this returns, it is in force here and the replicas have it; at the other servers it is with
     * their next look.
     *
     * @return the record's revision
     * @throws IllegalArgumentException if that is no value for it; the message says what to send
     * @throws RecordChanged if it is not as expected
     * @throws DataAccessException if the store or its replicas did not confirm it; then it is to be asked for again
     */
    String set(Parameter<?> parameter, @Nullable Object value, Expected expected) {
        Parameters checked = parameter.set(ofSettings, value);
        Map<String, String> fields = Map.of(VALUE, json.writeValueAsString(parameter.json(checked)));
        String revision = records.save(key(parameter), fields, expected).revision();
        refresh();
        return revision;
    }

    /** What the settings say holds again; otherwise as {@link #set}. */
    void reset(Parameter<?> parameter, Expected expected) {
        records.remove(key(parameter), expected);
        refresh();
    }

    private static String key(Parameter<?> parameter) {
        return "parameter:" + parameter.name();
    }
}
