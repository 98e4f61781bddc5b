package org.sipoauth.authz.grant;

import java.time.Clock;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.client.CertificateClients;
import org.sipoauth.authz.client.ClientCertificates;
import org.sipoauth.authz.client.Clients;
import org.sipoauth.authz.client.MachineSecretEncoder;
import org.sipoauth.authz.client.PublicClientAuthentication;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.dpop.DpopProofs;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Accounts;
import org.sipoauth.authz.token.AccessTokens;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsent;
import org.springframework.security.oauth2.server.authorization.authentication.ClientSecretAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationValidator;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2DeviceCodeAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2PushedAuthorizationRequestAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2RefreshTokenAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenExchangeAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.X509ClientCertificateAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.token.JwtGenerator;
import org.springframework.security.oauth2.server.authorization.web.authentication.OAuth2AuthorizationCodeAuthenticationConverter;
import org.springframework.security.oauth2.server.authorization.web.authentication.OAuth2ClientCredentialsAuthenticationConverter;
import org.springframework.security.oauth2.server.authorization.web.authentication.X509ClientCertificateAuthenticationConverter;
import org.springframework.security.web.authentication.AuthenticationConverter;

/**
 * Puts our parts into Spring's endpoints. Of Spring's grants, client credentials stay; the code grant is ours here, the
 * refresh grant is that of {@code authz.refresh}, the device grant that of {@code authz.devicegrant}, those of desk phones
 * beside it of {@code authz.activation} and {@code authz.manufacturer}, and what nobody can use is not offered.
 */
@Configuration(proxyBeanMethods = false)
class GrantConfiguration {
    private static final Set<Class<?>> NOT_OFFERED = Set.of(
            OAuth2AuthorizationCodeAuthenticationProvider.class,
            OAuth2RefreshTokenAuthenticationProvider.class,
            OAuth2DeviceCodeAuthenticationProvider.class,
            OAuth2TokenExchangeAuthenticationProvider.class);

    @Bean
    GrantFeature grants(
            Settings settings,
            AuthorizationCodes codes,
            AccessTokens accessTokens,
            DpopProofs proofs,
            LoginFamilies families,
            JwtGenerator generator,
            Devices devices,
            Accounts accounts,
            Clients clients,
            ClientCertificates certificates,
            Clock clock,
            Audit audit,
            GrantMetrics metrics) {
        AuthorizationResponses authorizationResponses =
                new AuthorizationResponses(settings.issuer().toString(), audit, metrics);
        TokenResponses tokenResponses = new TokenResponses(clients, audit, metrics);
        Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> parameters =
                new OAuth2AuthorizationCodeRequestAuthenticationValidator()
                        .andThen(new SignInAge(clock)) // who is to sign in anew may come back as somebody else
                        .andThen(new DeviceParameter(devices, accounts));
        CertificateClients services = new CertificateClients(settings.clients(), certificates, clock);
        PublicClientAuthentication publicClients = new PublicClientAuthentication(clients, certificates);
        return server -> server.authorizationService(codes)
                .tokenGenerator(generator)
                .clientAuthentication(authentication -> authentication
                        .errorResponseHandler(tokenResponses::refused)
                        .authenticationProvider(publicClients)
                        .authenticationConverters(converters -> {
                            // a certificate may be a phone's, which is a public client (RFC 8705 §4), or a service's
                            // (§2)
                            converters.removeIf(X509ClientCertificateAuthenticationConverter.class::isInstance);
                            converters.add(services);
                            converters.add(publicClients);
                        })
                        .authenticationProviders(
                                providers -> providers.forEach(provider -> useOurs(provider, services))))
                .authorizationEndpoint(endpoint -> endpoint.authorizationResponseHandler(
                                authorizationResponses::granted)
                        .consentPage("/consent")
                        .errorResponseHandler(authorizationResponses::refused)
                        .authenticationProviders(
                                providers -> providers.forEach(provider -> check(provider, parameters))))
                .pushedAuthorizationRequestEndpoint(endpoint -> endpoint.pushedAuthorizationRequestConverters(
                                converters -> {
                                    converters.clear();
                                    converters.add(new PushedRequests(proofs));
                                })
                        .errorResponseHandler(tokenResponses::pushedRequestRefused)
                        .authenticationProviders(
                                providers -> providers.forEach(provider -> check(provider, parameters))))
                .deviceAuthorizationEndpoint(
                        endpoint -> endpoint.errorResponseHandler(tokenResponses::deviceAuthorizationRefused))
                .tokenEndpoint(endpoint -> endpoint.accessTokenResponseHandler(tokenResponses::issued)
                        .errorResponseHandler(tokenResponses::refused)
                        .authenticationProvider(new CodeGrant(codes, accessTokens, proofs, families, generator, clock))
                        .authenticationProviders(providers -> {
                            providers.removeIf(provider -> NOT_OFFERED.contains(provider.getClass()));
                            providers.replaceAll(provider -> proven(provider, proofs));
                        })
                        .accessTokenRequestConverters(converters -> {
                            converters.removeIf(converter ->
                                    converter.getClass().getName().startsWith("org.springframework.security.")
                                            && !(converter instanceof OAuth2AuthorizationCodeAuthenticationConverter)
                                            && !(converter instanceof OAuth2ClientCredentialsAuthenticationConverter));
                            converters.add(0, refusingTwoProofs(certificates));
                        }));
    }

    /**
     * A token names one key that it is bound to (RFC 7800 §3.1). Whoever shows a certificate (RFC 8705) and proves another key
     * (RFC 9449) in one request would get one that is bound to less than they think. Refused before anything is used up.
     */
    private static AuthenticationConverter refusingTwoProofs(ClientCertificates certificates) {
        return request -> {
            if (request.getHeader(DpopProofs.HEADER) != null && certificates.shownIn(request).length > 0) {
                throw new GrantRefused(
                        OAuth2ErrorCodes.INVALID_REQUEST,
                        "a token is bound to a certificate or to a key: show the one or send a DPoP proof, not both",
                        "a certificate and a DPoP proof");
            }
            return null;
        };
    }

    private static void useOurs(AuthenticationProvider provider, CertificateClients services) {
        if (provider instanceof ClientSecretAuthenticationProvider secrets) {
            secrets.setPasswordEncoder(new MachineSecretEncoder());
        }
        if (provider instanceof X509ClientCertificateAuthenticationProvider byCertificate) {
            byCertificate.setCertificateVerifier(services::verify);
        }
    }

    /**
     * Third parties for whatever they want, also for {@code openid} alone, which Spring lets pass; with
     * {@code prompt=consent} whatever is remembered.
     */
    private static boolean mustAsk(OAuth2AuthorizationCodeRequestAuthenticationContext context) {
        OAuth2AuthorizationConsent remembered = context.getAuthorizationConsent();
        return context.getRegisteredClient().getClientSettings().isRequireAuthorizationConsent()
                && (remembered == null
                        || SilentRequests.prompt(context.getAuthentication()).contains("consent")
                        || !remembered
                                .getScopes()
                                .containsAll(Objects.requireNonNull(context.getAuthorizationRequest())
                                        .getScopes()));
    }

    private static AuthenticationProvider proven(AuthenticationProvider provider, DpopProofs proofs) {
        return provider instanceof OAuth2ClientCredentialsAuthenticationProvider spring
                ? new ProvenClientCredentials(spring, proofs)
                : provider;
    }

    private static void check(
            AuthenticationProvider provider, Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> parameters) {
        if (provider instanceof OAuth2AuthorizationCodeRequestAuthenticationProvider requests) {
            requests.setAuthenticationValidator(parameters);
            requests.setAuthorizationConsentRequired(GrantConfiguration::mustAsk);
        }
        if (provider instanceof OAuth2PushedAuthorizationRequestAuthenticationProvider pushed) {
            pushed.setAuthenticationValidator(parameters);
        }
    }
}
