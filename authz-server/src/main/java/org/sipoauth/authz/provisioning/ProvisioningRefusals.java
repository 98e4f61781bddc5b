package org.sipoauth.authz.provisioning;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.device.Device;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.stereotype.Component;

/** Records requests for a configuration file that got none. */
@Component
final class ProvisioningRefusals {
    private final Audit audit;

    ProvisioningRefusals(Audit audit) {
        this.audit = audit;
    }

    /** Of whoever it was. */
    void record(String outcome, HttpServletRequest request) {
        entry(outcome, request).keepOfNobody(request.getRemoteAddr());
    }

    /** @param token a good one, which tells whose phone it was */
    void record(String outcome, Jwt token, HttpServletRequest request) {
        entry(outcome, request)
                .about(new Concerned(
                        null,
                        token.getSubject(),
                        token.getClaimAsString("device_name"),
                        token.getClaimAsString("client_id")))
                .with("address", request.getRemoteAddr())
                .keepOnceAMinute();
    }

    private Audit.Entry entry(String outcome, HttpServletRequest request) {
        return audit.event("configuration_refused")
                .with("outcome", outcome)
                .with("named_device", namedDevice(request.getRequestURI()).orElse(null));
    }

    /** Whatever else somebody writes there stays out. */
    private static Optional<String> namedDevice(String path) {
        return path.startsWith("/") && path.endsWith(ConfigurationFileEndpoint.SUFFIX)
                ? Optional.of(path.substring(1, path.length() - ConfigurationFileEndpoint.SUFFIX.length()))
                        .filter(Device::isName)
                : Optional.empty();
    }
}
