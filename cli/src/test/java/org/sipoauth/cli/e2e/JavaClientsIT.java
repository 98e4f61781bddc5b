package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import com.nimbusds.oauth2.sdk.AuthorizationResponse;
import com.nimbusds.oauth2.sdk.AuthorizationSuccessResponse;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.PushedAuthorizationRequest;
import com.nimbusds.oauth2.sdk.PushedAuthorizationResponse;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.dpop.DPoPProofFactory;
import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.http.Trust;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientRefreshTokenTokenResponseClient;
import org.springframework.security.oauth2.client.http.OAuth2ErrorResponseErrorHandler;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationExchange;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationResponse;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.client.RestClient;

/** OAuth client libraries by others for Java at the server, unmodified: Spring Security's client and Nimbus' SDK. */
class JavaClientsIT {
    private static final URI REDIRECT_URI = URI.create("http://127.0.0.1:49154/callback");
    private static final ClientID SOFTPHONE = new ClientID("softphone");

    @TempDir
    private static Path shared;

    private static Platform platform;
    private static SSLSocketFactory usualTrust;
    private static SSLContext trust;

    @BeforeAll
    static void start() throws Exception {
        platform = Platform.start(shared, "edge.example.com");
        trust = Trust.context(Optional.of(platform.authority()));
        usualTrust = HttpsURLConnection.getDefaultSSLSocketFactory();
        HttpsURLConnection.setDefaultSSLSocketFactory(trust.getSocketFactory()); // for metadata and keys: Spring
        HTTPRequest.setDefaultSSLSocketFactory(trust.getSocketFactory()); // Nimbus
    }

    @AfterAll
    static void stop() {
        if (usualTrust != null) {
            HttpsURLConnection.setDefaultSSLSocketFactory(usualTrust);
            HTTPRequest.setDefaultSSLSocketFactory(usualTrust);
        }
        if (platform != null) {
            platform.close();
        }
    }

    // ---- Spring Security

    @Test
    void springSecuritySignsInAcceptsTheIdTokenAndRefreshes() throws Exception {
        ClientRegistration softphone = discovered("softphone", ClientAuthenticationMethod.NONE)
                .scope("openid", "sip.register")
                .redirectUri(REDIRECT_URI.toString())
                .build();
        OAuth2AuthorizationRequest.Builder asking = OAuth2AuthorizationRequest.authorizationCode()
                .authorizationUri(softphone.getProviderDetails().getAuthorizationUri())
                .clientId(softphone.getClientId())
                .redirectUri(softphone.getRedirectUri())
                .scopes(softphone.getScopes())
                .state(UUID.randomUUID().toString())
                .additionalParameters(parameters -> parameters.put("device_name", "CSFALICE"));
        OAuth2AuthorizationRequestCustomizers.withPkce().accept(asking);
        OAuth2AuthorizationRequest request = asking.build();

        AuthorizationResponse back = AuthorizationResponse.parse(
                new Browser(platform).answerTo("alice", URI.create(request.getAuthorizationRequestUri())));
        OAuth2AuthorizationResponse response = OAuth2AuthorizationResponse.success(
                        back.toSuccessResponse().getAuthorizationCode().getValue())
                .redirectUri(softphone.getRedirectUri())
                .state(back.getState().getValue())
                .build();
        RestClientAuthorizationCodeTokenResponseClient codes = new RestClientAuthorizationCodeTokenResponseClient();
        codes.setRestClient(http());
        OAuth2AccessTokenResponse tokens = codes.getTokenResponse(
                new OAuth2AuthorizationCodeGrantRequest(softphone, new OAuth2AuthorizationExchange(request, response)));
        OidcIdTokenDecoderFactory idTokens = new OidcIdTokenDecoderFactory();
        idTokens.setJwsAlgorithmResolver(registration -> SignatureAlgorithm.ES256);
        Jwt idToken = idTokens.createDecoder(softphone)
                .decode(tokens.getAdditionalParameters().get("id_token").toString());
        RestClientRefreshTokenTokenResponseClient refreshes = new RestClientRefreshTokenTokenResponseClient();
        refreshes.setRestClient(http());
        OAuth2AccessTokenResponse renewed = refreshes.getTokenResponse(
                new OAuth2RefreshTokenGrantRequest(softphone, tokens.getAccessToken(), tokens.getRefreshToken()));

        assertThat(response.getState()).isEqualTo(request.getState());
        assertThat(idToken.getSubject()).isEqualTo("alice");
        assertThat(tokens.getAccessToken().getScopes()).containsExactlyInAnyOrder("openid", "sip.register");
        assertThat(renewed.getRefreshToken().getTokenValue())
                .isNotEqualTo(tokens.getRefreshToken().getTokenValue());
    }

    @Test
    void springSecurityGetsATokenForAServiceAndIsToldWhyItGetsNone() throws Exception {
        String[] service = platform.dataFile("demo-clients.txt").strip().split(":", 2);
        RestClientClientCredentialsTokenResponseClient tokens = new RestClientClientCredentialsTokenResponseClient();
        tokens.setRestClient(http());
        ClientRegistration.Builder client = discovered(service[0], ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                .scope("sip.register");

        assertThat(tokens.getTokenResponse(new OAuth2ClientCredentialsGrantRequest(
                                client.clientSecret(service[1]).build()))
                        .getAccessToken()
                        .getScopes())
                .containsExactly("sip.register");
        assertThatThrownBy(() -> tokens.getTokenResponse(new OAuth2ClientCredentialsGrantRequest(
                        client.clientSecret("wrong").build())))
                .isInstanceOf(OAuth2AuthorizationException.class)
                .hasMessageContaining("invalid_client");
    }

    /** By the server's metadata, which must name the issuer it was asked for. */
    private static ClientRegistration.Builder discovered(String client, ClientAuthenticationMethod method) {
        return ClientRegistrations.fromIssuerLocation(platform.issuer().toString())
                .clientId(client)
                .clientAuthenticationMethod(method);
    }

    /** As the library makes it, with trust in the test's authority. */
    private static RestClient http() {
        return RestClient.builder()
                .requestFactory(new JdkClientHttpRequestFactory(
                        HttpClient.newBuilder().sslContext(trust).build()))
                .configureMessageConverters(converters -> converters
                        .registerDefaults()
                        .addCustomConverter(new FormHttpMessageConverter())
                        .addCustomConverter(new OAuth2AccessTokenResponseHttpMessageConverter()))
                .defaultStatusHandler(new OAuth2ErrorResponseErrorHandler())
                .build();
    }

    // ---- Nimbus

    @Test
    void nimbusReadsBothMetadataDocuments() throws Exception {
        Issuer issuer = new Issuer(platform.issuer());

        AuthorizationServerMetadata oauth = AuthorizationServerMetadata.resolve(issuer);
        OIDCProviderMetadata openid = OIDCProviderMetadata.resolve(issuer);

        assertThat(oauth.supportsAuthorizationResponseIssuerParam()).isTrue();
        assertThat(oauth.getCodeChallengeMethods()).containsExactly(CodeChallengeMethod.S256);
        assertThat(oauth.getDPoPJWSAlgs()).contains(JWSAlgorithm.ES256);
        assertThat(openid.getIDTokenJWSAlgs()).containsExactly(JWSAlgorithm.ES256);
        assertThat(openid.getPushedAuthorizationRequestEndpointURI())
                .isEqualTo(oauth.getPushedAuthorizationRequestEndpointURI());
    }

    @Test
    void nimbusPushesItsRequestProvesItsKeyRefreshesAndSignsOut() throws Exception {
        AuthorizationServerMetadata server = AuthorizationServerMetadata.resolve(new Issuer(platform.issuer()));
        DPoPProofFactory proofs =
                new DefaultDPoPProofFactory(new ECKeyGenerator(Curve.P_256).generate(), JWSAlgorithm.ES256);
        CodeVerifier verifier = new CodeVerifier();
        State state = new State();
        HTTPRequest push = new PushedAuthorizationRequest(
                        server.getPushedAuthorizationRequestEndpointURI(),
                        new AuthorizationRequest.Builder(ResponseType.CODE, SOFTPHONE)
                                .redirectionURI(REDIRECT_URI)
                                .scope(new Scope("sip.register"))
                                .state(state)
                                .codeChallenge(verifier, CodeChallengeMethod.S256)
                                .customParameter("device_name", "CSFALICE")
                                .build())
                .toHTTPRequest();
        push.setDPoP(proofs.createDPoPJWT("POST", push.getURI()));
        PushedAuthorizationResponse pushed = PushedAuthorizationResponse.parse(push.send());
        assertThat(pushed.indicatesSuccess()).isTrue();

        URI address = new AuthorizationRequest.Builder(
                        pushed.toSuccessResponse().getRequestURI(), SOFTPHONE)
                .endpointURI(server.getAuthorizationEndpointURI())
                .build()
                .toURI();
        AuthorizationSuccessResponse back = AuthorizationResponse.parse(
                        new Browser(platform).answerTo("alice", address))
                .toSuccessResponse();
        assertThat(back.getState()).isEqualTo(state);
        assertThat(back.getIssuer()).isEqualTo(server.getIssuer());

        URI endpoint = server.getTokenEndpointURI();
        RefreshToken refreshToken = send(
                        new TokenRequest(
                                endpoint,
                                SOFTPHONE,
                                new AuthorizationCodeGrant(back.getAuthorizationCode(), REDIRECT_URI, verifier),
                                null),
                        proofs)
                .toSuccessResponse()
                .getTokens()
                .getRefreshToken();
        TokenRequest refresh = new TokenRequest(endpoint, SOFTPHONE, new RefreshTokenGrant(refreshToken), null);
        TokenResponse unproven = TokenResponse.parse(refresh.toHTTPRequest().send());
        RefreshToken next =
                send(refresh, proofs).toSuccessResponse().getTokens().getRefreshToken();
        HTTPResponse revoked = new TokenRevocationRequest(server.getRevocationEndpointURI(), SOFTPHONE, next)
                .toHTTPRequest()
                .send();

        assertThat(unproven.toErrorResponse().getErrorObject().getCode()).isEqualTo("invalid_grant");
        assertThat(revoked.getStatusCode()).isEqualTo(200);
        assertThat(send(new TokenRequest(endpoint, SOFTPHONE, new RefreshTokenGrant(next), null), proofs)
                        .indicatesSuccess())
                .isFalse();
    }

    @Test
    void nimbusGetsATokenForAService() throws Exception {
        String[] service = platform.dataFile("demo-clients.txt").strip().split(":", 2);
        AuthorizationServerMetadata server = AuthorizationServerMetadata.resolve(new Issuer(platform.issuer()));

        TokenResponse tokens = TokenResponse.parse(new TokenRequest(
                        server.getTokenEndpointURI(),
                        new ClientSecretBasic(new ClientID(service[0]), new Secret(service[1])),
                        new ClientCredentialsGrant(),
                        new Scope("sip.register"))
                .toHTTPRequest()
                .send());

        assertThat(tokens.toSuccessResponse().getTokens().getAccessToken().getScope())
                .isEqualTo(new Scope("sip.register"));
    }

    private static TokenResponse send(TokenRequest request, DPoPProofFactory proofs) throws Exception {
        HTTPRequest http = request.toHTTPRequest();
        http.setDPoP(proofs.createDPoPJWT("POST", http.getURI()));
        return TokenResponse.parse(http.send());
    }
}
