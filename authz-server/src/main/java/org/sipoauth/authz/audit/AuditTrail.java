package org.sipoauth.authz.audit;

/** Where decisions that matter for an incident are kept, to be searched. Never makes its caller wait, nor fails. */
@FunctionalInterface
public interface AuditTrail {

    /** @param record one JSON object with the member {@code at}, an instant */
    void keep(String record);
}
