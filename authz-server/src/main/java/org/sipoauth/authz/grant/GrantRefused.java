package org.sipoauth.authz.grant;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;

/**
 * A grant that is not given. The error code and its description go out (RFC 6749 §5.2); the refusal, for the audit,
 * stays here.
 */
public final class GrantRefused extends OAuth2AuthenticationException {
    private static final long serialVersionUID = 1L;
    private static final Duration SOON = Duration.ofSeconds(2);

    private final Refusal refusal;
    private final Duration retryAfter;

    /** @param error one of {@link org.springframework.security.oauth2.core.OAuth2ErrorCodes} */
    public GrantRefused(String error, String description, Refusal refusal) {
        this(error, description, refusal, SOON);
    }

    private GrantRefused(String error, String description, Refusal refusal, Duration retryAfter) {
        super(new OAuth2Error(error, description, null), refusal.detail());
        this.refusal = refusal;
        this.retryAfter = retryAfter;
    }

    /** For what somebody here has to mend first: 503, to be tried again in 5 to 10 minutes, by each at another moment. */
    public static GrantRefused forMinutes(String description, Refusal refusal) {
        Duration delay = Duration.ofSeconds(ThreadLocalRandom.current().nextInt(300, 601));
        return new GrantRefused(OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE, description, refusal, delay);
    }

    /** Where nothing is known of a login. */
    public GrantRefused(String error, String description, String auditDetail) {
        this(error, description, new Refusal(error, auditDetail, null, Concerned.NOBODY));
    }

    public Refusal refusal() {
        return refusal;
    }

    /** When to come again, if it is {@code temporarily_unavailable}. */
    Duration retryAfter() {
        return retryAfter;
    }
}
