package org.sipoauth.authz.grant;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Counts grants by type and outcome. What a request makes up itself never becomes a label. */
@Component
final class GrantMetrics {
    static final String DEVICE_AUTHORIZATION = "device_authorization";
    static final String PUSHED_REQUEST = "pushed_authorization_request";

    private static final Set<String> GRANTS = Set.of(
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code",
            "authorization_request",
            DEVICE_AUTHORIZATION,
            PUSHED_REQUEST,
            "none");
    private static final Set<String> ERRORS = Set.of(
            "invalid_request",
            "invalid_client",
            "invalid_grant",
            "unauthorized_client",
            "unsupported_grant_type",
            "unsupported_response_type",
            "invalid_scope",
            "invalid_dpop_proof",
            "access_denied",
            "authorization_pending",
            "slow_down",
            "expired_token",
            "login_required",
            "consent_required",
            "server_error",
            "temporarily_unavailable");

    private final MeterRegistry registry;
    private final Map<String, Counter> issued = new ConcurrentHashMap<>();

    GrantMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void issued(@Nullable String grant) {
        issued.computeIfAbsent(
                        known(GRANTS, grant), label -> registry.counter("sipoauth.grants.issued", "grant", label))
                .increment();
    }

    void refused(@Nullable String grant, String error) {
        registry.counter("sipoauth.grants.refused", "grant", known(GRANTS, grant), "error", known(ERRORS, error))
                .increment();
    }

    private static String known(Set<String> labels, @Nullable String label) {
        return label != null && labels.contains(label) ? label : "other";
    }
}
