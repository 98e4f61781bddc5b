package org.sipoauth.authz.grant;

import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;

/**
 * A grant that is not given. The error code and its description go out (RFC 6749 §5.2); the refusal, for the audit,
 * stays here.
 */
public final class GrantRefused extends OAuth2AuthenticationException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    /** @param error one of {@link org.springframework.security.oauth2.core.OAuth2ErrorCodes} */
    public GrantRefused(String error, String description, Refusal refusal) {
        super(new OAuth2Error(error, description, null), refusal.detail());
        this.refusal = refusal;
    }

    /** Where nothing is known of a login. */
    public GrantRefused(String error, String description, String auditDetail) {
        this(error, description, new Refusal(error, auditDetail, null, Concerned.NOBODY));
    }

    public Refusal refusal() {
        return refusal;
    }
}
