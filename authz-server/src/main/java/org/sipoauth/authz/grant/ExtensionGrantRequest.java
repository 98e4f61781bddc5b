package org.sipoauth.authz.grant;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.sipoauth.authz.dpop.DpopProofs;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationGrantAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.web.authentication.AuthenticationConverter;

/**
 * A token request of an extension grant (RFC 6749 §4.5): each parameter once, in the body, and never empty; and its DPoP
 * proof, if it has one, as Spring's converters hand it on.
 */
public final class ExtensionGrantRequest extends OAuth2AuthorizationGrantAuthenticationToken {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Authentication caller;

    private ExtensionGrantRequest(
            AuthorizationGrantType grantType, Authentication caller, Map<String, Object> parameters) {
        super(grantType, caller, parameters);
        this.caller = caller;
    }

    /** Reads requests of this grant, and leaves all others alone. */
    public static AuthenticationConverter reading(AuthorizationGrantType grantType) {
        return request -> {
            if (!grantType.getValue().equals(request.getParameter(OAuth2ParameterNames.GRANT_TYPE))) {
                return null;
            }
            if (request.getQueryString() != null) {
                throw invalid("send all parameters in the body");
            }
            Map<String, Object> parameters = new LinkedHashMap<>();
            request.getParameterMap().forEach((name, values) -> {
                if (values.length != 1) {
                    throw invalid("send each parameter once"); // RFC 6749 §3.2
                }
                if (!values[0].isEmpty()) {
                    parameters.put(name, values[0]);
                }
            });
            List<String> proofs = Collections.list(request.getHeaders(DpopProofs.HEADER));
            if (proofs.size() > 1) {
                throw invalid("send one DPoP proof"); // RFC 9449 §4.3
            }
            parameters.remove(DpopProofs.PARAMETER);
            proofs.forEach(proof -> parameters.put(DpopProofs.PARAMETER, proof));
            Authentication caller = SecurityContextHolder.getContext().getAuthentication();
            if (caller == null) {
                throw noClient();
            }
            return new ExtensionGrantRequest(grantType, caller, parameters);
        };
    }

    public Optional<String> parameter(String name) {
        return Optional.ofNullable((String) getAdditionalParameters().get(name));
    }

    /** @throws GrantRefused if it is not there */
    public String required(String name) {
        return parameter(name).orElseThrow(() -> invalid(name + " is required"));
    }

    /**
     * The client, which may use this grant.
     *
     * @throws GrantRefused if it may not
     */
    public OAuth2ClientAuthenticationToken requireClient() {
        if (!(caller instanceof OAuth2ClientAuthenticationToken client && client.isAuthenticated())) {
            throw noClient();
        }
        RegisteredClient registered = client.getRegisteredClient();
        if (registered == null || !registered.getAuthorizationGrantTypes().contains(getGrantType())) {
            throw new GrantRefused(
                    OAuth2ErrorCodes.UNAUTHORIZED_CLIENT,
                    "this client may not use this grant",
                    new Refusal(
                            OAuth2ErrorCodes.UNAUTHORIZED_CLIENT,
                            getGrantType().getValue() + " is not among the client's grant types",
                            "Add it if the client is meant for phones without a browser.",
                            Concerned.client(client.getName())));
        }
        return client;
    }

    public static GrantRefused invalid(String description) {
        return new GrantRefused(OAuth2ErrorCodes.INVALID_REQUEST, description, description);
    }

    private static GrantRefused noClient() {
        return new GrantRefused(OAuth2ErrorCodes.INVALID_CLIENT, "name the client", "no client authentication");
    }
}
