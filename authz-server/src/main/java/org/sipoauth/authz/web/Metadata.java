package org.sipoauth.authz.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sipoauth.authz.client.DeskPhoneGrants;
import org.sipoauth.authz.client.Scopes;
import org.sipoauth.authz.deskphone.WayIn;
import org.sipoauth.authz.manufacturer.Admission;
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
    private final Admission admission;
    private final MutualTlsConnector mutualTls;

    Metadata(Settings settings, Admission admission, MutualTlsConnector mutualTls) {
        this.settings = settings;
        this.admission = admission;
        this.mutualTls = mutualTls;
    }

    void configure(OAuth2AuthorizationServerConfigurer server) {
        server.authorizationServerMetadataEndpoint(endpoint ->
                        endpoint.authorizationServerMetadataCustomizer(document -> document.claims(this::correct)))
                .oidc(oidc -> oidc.providerConfigurationEndpoint(endpoint ->
                        endpoint.providerConfigurationCustomizer(document -> document.claims(this::correct))));
    }

    private void correct(Map<String, Object> claims) {
        NOT_OFFERED.forEach(claims::remove);
        claims.put("grant_types_supported", grantTypes());
        claims.put("token_endpoint_auth_methods_supported", withCertificates(ANY_CLIENT));
        claims.put("revocation_endpoint_auth_methods_supported", withCertificates(ANY_CLIENT));
        claims.put("introspection_endpoint_auth_methods_supported", withCertificates(CONFIDENTIAL_CLIENT));
        claims.put(
                "scopes_supported",
                List.of(
                        OidcScopes.OPENID,
                        Scopes.REGISTER,
                        Scopes.ADMIN,
                        Scopes.ADMIN_OPERATE,
                        Scopes.ADMIN_READ,
                        Scopes.INTROSPECT));
        claims.put("status_list_aggregation_endpoint", settings.issuer() + "/oauth2/status-lists");
        // Of OpenID Connect, in both: who reads the first document may ask for an ID token, too.
        claims.put(
                "id_token_signing_alg_values_supported", List.of(settings.keys().algorithm()));
        claims.put("request_parameter_supported", false);
        claims.put("request_uri_parameter_supported", false); // none but what was pushed: RFC 9126 §4
        claims.put("authorization_response_iss_parameter_supported", true); // RFC 9207 §3
        mutualTls
                .url()
                .ifPresent(
                        url -> { // RFC 8705 §3.3, §5
                            claims.put("tls_client_certificate_bound_access_tokens", true);
                            claims.put(
                                    "mtls_endpoint_aliases",
                                    Map.of(
                                            "token_endpoint", url + "/oauth2/token",
                                            "introspection_endpoint", url + "/oauth2/introspect",
                                            "revocation_endpoint", url + "/oauth2/revoke"));
                        });
    }

    /** RFC 8705 §2.1.1, §2.2.1, where certificates can be shown. */
    private List<String> withCertificates(List<String> methods) {
        List<String> all = new ArrayList<>(methods);
        if (mutualTls.url().isPresent()) {
            all.addAll(List.of("tls_client_auth", "self_signed_tls_client_auth"));
        }
        return all;
    }

    private List<String> grantTypes() {
        List<String> grantTypes = new ArrayList<>(List.of("authorization_code", "refresh_token", "client_credentials"));
        addIfOffered(WayIn.DEVICE_CODE, AuthorizationGrantType.DEVICE_CODE, grantTypes);
        addIfOffered(WayIn.ACTIVATION_CODE, DeskPhoneGrants.ACTIVATION_CODE, grantTypes);
        addIfOffered(WayIn.MANUFACTURER_CERTIFICATE, DeskPhoneGrants.MANUFACTURER_CERTIFICATE, grantTypes);
        return grantTypes;
    }

    private void addIfOffered(WayIn way, AuthorizationGrantType grantType, List<String> grantTypes) {
        if (admission.offers(way)) {
            grantTypes.add(grantType.getValue());
        }
    }
}
