package org.sipoauth.authz.parameter;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.StoredRecord;
import org.springframework.stereotype.Component;

/** Shows and changes parameters for administrators, and records it; the SIP OAuth mode is not among these. */
@Component
public final class ParameterChanges {
    private final ParameterKeeper keeper;
    private final Audit audit;

    ParameterChanges(ParameterKeeper keeper, Audit audit) {
        this.keeper = keeper;
        this.audit = audit;
    }

    /**
     * A parameter as administrators see it.
     *
     * @param familiarName what the administrators of Unified CM know it as
     * @param value in force, as JSON has it
     * @param ofSettings the value where nobody has set one
     * @param range {@code unit}, {@code minimum} and {@code maximum}; or {@code values}; or {@code maximum_length} of a list
     * @param revision empty: nobody has set it
     */
    public record Shown(
            String name,
            String familiarName,
            Object value,
            Object ofSettings,
            Map<String, Object> range,
            Optional<String> revision) {}

    /** In the order in which they are shown. */
    public List<Shown> all() {
        return keeper.all().stream().map(this::shown).toList();
    }

    public Optional<Shown> find(String name) {
        return parameter(name).map(this::shown);
    }

    /**
     * Sets a parameter: in force here when this returns, and at the other servers with their next look.
     *
     * @param name of one that there is
     * @param value as JSON has it
     * @param by who asks for it, for the audit
     * @return its revision
     * @throws IllegalArgumentException if that is no value for it; the message says what would be
     * @throws org.sipoauth.authz.redis.RecordChanged if it is not as expected
     */
    public String set(String name, @Nullable Object value, Expected expected, String by) {
        Parameter<?> parameter = parameter(name).orElseThrow();
        Object before = parameter.json(keeper.get());
        String revision = keeper.set(parameter, value, expected);
        record("parameter_set", parameter, value, before, by);
        return revision;
    }

    /** What the settings say holds again; otherwise as {@link #set}. */
    public void reset(String name, Expected expected, String by) {
        Parameter<?> parameter = parameter(name).orElseThrow();
        Object before = parameter.json(keeper.get());
        keeper.reset(parameter, expected);
        record("parameter_reset", parameter, parameter.json(keeper.ofSettings()), before, by);
    }

    private void record(
            String event, Parameter<?> parameter, @Nullable Object value, @Nullable Object before, String by) {
        audit.event(event)
                .with("by", by)
                .with("parameter", parameter.name())
                .changed(Collections.singletonMap("value", before), Collections.singletonMap("value", value))
                .keep();
    }

    private Shown shown(Parameter<?> parameter) {
        Optional<StoredRecord> stored = keeper.find(parameter);
        return new Shown(
                parameter.name(),
                parameter.familiarName(),
                parameter.json(keeper.with(parameter, stored)),
                parameter.json(keeper.ofSettings()),
                parameter.kind().range(),
                stored.map(StoredRecord::revision));
    }

    private Optional<Parameter<?>> parameter(String name) {
        return keeper.all().stream()
                .<Parameter<?>>map(parameter -> parameter)
                .filter(parameter -> parameter.name().equals(name))
                .findFirst();
    }
}
