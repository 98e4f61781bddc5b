package org.sipoauth.authz.grant;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.dpop.DpopProofs;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2PushedAuthorizationRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.web.authentication.OAuth2AuthorizationCodeRequestAuthenticationConverter;
import org.springframework.security.web.authentication.AuthenticationConverter;

/**
 * Reads pushed authorization requests (RFC 9126 §2.1). A DPoP proof that comes with one binds the code to its key, as the
 * parameter {@code dpop_jkt} does (RFC 9449 §10.1).
 */
final class PushedRequests implements AuthenticationConverter {
    static final String KEY_PARAMETER = "dpop_jkt";

    private final AuthenticationConverter spring = new OAuth2AuthorizationCodeRequestAuthenticationConverter();
    private final DpopProofs proofs;

    PushedRequests(DpopProofs proofs) {
        this.proofs = proofs;
    }

    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        if (!(spring.convert(request) instanceof OAuth2PushedAuthorizationRequestAuthenticationToken pushed)) {
            return null;
        }
        requireOwnId(pushed);
        List<String> headers = Collections.list(request.getHeaders(DpopProofs.HEADER));
        if (headers.isEmpty()) {
            return pushed;
        }
        if (headers.size() > 1) {
            throw refusal(OAuth2ErrorCodes.INVALID_DPOP_PROOF, "there is more than one DPoP header");
        }
        String thumbprint = proofs.verify(headers.get(0), "/oauth2/par").thumbprint();
        Map<String, Object> parameters = new HashMap<>(pushed.getAdditionalParameters());
        Object named = parameters.put(KEY_PARAMETER, thumbprint);
        if (named != null && !named.equals(thumbprint)) {
            throw refusal(OAuth2ErrorCodes.INVALID_DPOP_PROOF, KEY_PARAMETER + " names another key than the proof");
        }
        return new OAuth2PushedAuthorizationRequestAuthenticationToken(
                pushed.getAuthorizationUri(),
                pushed.getClientId(),
                (Authentication) pushed.getPrincipal(),
                pushed.getRedirectUri(),
                pushed.getState(),
                pushed.getScopes(),
                parameters);
    }

    /** Spring takes the request for that of the client that authenticated, whatever it says. */
    private static void requireOwnId(OAuth2PushedAuthorizationRequestAuthenticationToken pushed) {
        if (pushed.getPrincipal() instanceof OAuth2ClientAuthenticationToken client
                && !pushed.getClientId().equals(client.getName())) {
            throw refusal(OAuth2ErrorCodes.INVALID_REQUEST, "client_id is not that of the client that authenticated");
        }
    }

    private static OAuth2AuthenticationException refusal(String error, String description) {
        return new OAuth2AuthenticationException(new OAuth2Error(error, description, null));
    }
}
