package org.sipoauth.authz.grant;

import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;

/**
 * A grant that is not given. The error code and its description go out (RFC 6749 §5.2); the audit detail stays here.
 */
public final class GrantRefused extends OAuth2AuthenticationException {
    private static final long serialVersionUID = 1L;

    private final String auditDetail;

    /** @param error one of {@link org.springframework.security.oauth2.core.OAuth2ErrorCodes} */
    public GrantRefused(String error, String description, String auditDetail) {
        super(new OAuth2Error(error, description, null), auditDetail);
        this.auditDetail = auditDetail;
    }

    public String auditDetail() {
        return auditDetail;
    }
}
