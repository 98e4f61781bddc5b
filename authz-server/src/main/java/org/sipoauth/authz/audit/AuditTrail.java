package org.sipoauth.authz.audit;

/** Where decisions go, beside the log. Never makes its caller wait, nor fails. */
@FunctionalInterface
public interface AuditTrail {

    /**
     * Those that matter for an incident, to be searched.
     *
     * @param record one JSON object with the member {@code at}, an instant
     */
    void keep(String record);

    /**
     * All of them; what matters for an incident comes here as well.
     *
     * @param record as for {@link #keep}
     */
    default void record(String record) {}
}
