package org.sipoauth.authz.client;

import java.util.Set;
import org.springframework.security.oauth2.core.AuthorizationGrantType;

/**
 * How phones without a browser ask for tokens: beside RFC 8628's, two extension grants of ours (RFC 6749 §4.5), each named
 * by an absolute URI that means nothing to anybody else. Nobody looks it up, so it depends on no domain.
 */
public final class DeskPhoneGrants {
    /** For a code that an administrator has made for the phone. */
    public static final AuthorizationGrantType ACTIVATION_CODE =
            new AuthorizationGrantType("urn:sipoauth:params:oauth:grant-type:activation-code");

    /** For the certificate that the phone's manufacturer has put into it. */
    public static final AuthorizationGrantType MANUFACTURER_CERTIFICATE =
            new AuthorizationGrantType("urn:sipoauth:params:oauth:grant-type:manufacturer-certificate");

    /** What these grants can give, and no more. */
    public static final Set<String> SCOPES = Set.of(Scopes.REGISTER);

    static final Set<AuthorizationGrantType> ALL =
            Set.of(AuthorizationGrantType.DEVICE_CODE, ACTIVATION_CODE, MANUFACTURER_CERTIFICATE);

    private DeskPhoneGrants() {}
}
