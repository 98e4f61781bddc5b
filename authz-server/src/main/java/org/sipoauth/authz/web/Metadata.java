package org.sipoauth.authz.web;

import java.util.List;
import java.util.Map;
import org.sipoauth.authz.client.Scopes;
import org.sipoauth.authz.settings.Settings;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.stereotype.Component;

/** The two metadata documents (RFC 8414, OpenID Connect Discovery): what this server does, no more and no less. */
@Component
final class Metadata {
    private static final List<String> NOT_OFFERED =
            List.of("userinfo_endpoint", "end_session_endpoint", "tls_client_certificate_bound_access_tokens");

    private static final List<String> CONFIDENTIAL_CLIENT = List.of("client_secret_basic", "client_secret_post");
    private static final List<String> ANY_CLIENT = List.of("none", "client_secret_basic", "client_secret_post");

    private final Settings settings;

    Metadata(Settings settings) {
        this.settings = settings;
    }

    void configure(OAuth2AuthorizationServerConfigurer server) {
        server.authorizationServerMetadataEndpoint(endpoint ->
                        endpoint.authorizationServerMetadataCustomizer(document -> document.claims(this::correct)))
                .oidc(oidc -> oidc.providerConfigurationEndpoint(endpoint ->
                        endpoint.providerConfigurationCustomizer(document -> document.claims(this::correct))));
    }

    private void correct(Map<String, Object> claims) {
        NOT_OFFERED.forEach(claims::remove);
        claims.put(
                "grant_types_supported",
                List.of(
                        "authorization_code",
                        "refresh_token",
                        "client_credentials",
                        AuthorizationGrantType.DEVICE_CODE.getValue()));
        claims.put("token_endpoint_auth_methods_supported", ANY_CLIENT);
        claims.put("revocation_endpoint_auth_methods_supported", ANY_CLIENT);
        claims.put("introspection_endpoint_auth_methods_supported", CONFIDENTIAL_CLIENT);
        claims.put("scopes_supported", List.of(OidcScopes.OPENID, Scopes.REGISTER, Scopes.ADMIN, Scopes.INTROSPECT));
        claims.put("status_list_aggregation_endpoint", settings.issuer() + "/oauth2/status-lists");
        // Of OpenID Connect, in both: who reads the first document may ask for an ID token, too.
        claims.put(
                "id_token_signing_alg_values_supported", List.of(settings.keys().algorithm()));
        claims.put("request_parameter_supported", false);
        claims.put("request_uri_parameter_supported", false); // none but what was pushed: RFC 9126 §4
        claims.put("authorization_response_iss_parameter_supported", true); // RFC 9207 §3
    }
}
