package org.sipoauth.authz.client;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.sipoauth.authz.parameter.CurrentParameters;
import org.sipoauth.authz.parameter.Parameters;
import org.sipoauth.authz.settings.DataDirectory;
import org.sipoauth.authz.settings.SecretsFile;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;

/** The built-in clients, two for phones and one for administration, and those of the configuration. */
@Configuration(proxyBeanMethods = false)
class ClientConfiguration {
    private static final String ADMINISTRATION_CLIENT = "admin";
    private static final Duration CODE_LIFETIME = Duration.ofMinutes(1);
    private static final Set<String> GRANT_TYPES = Set.of(
            AuthorizationGrantType.AUTHORIZATION_CODE.getValue(),
            AuthorizationGrantType.REFRESH_TOKEN.getValue(),
            AuthorizationGrantType.CLIENT_CREDENTIALS.getValue(),
            AuthorizationGrantType.DEVICE_CODE.getValue(),
            DeskPhoneGrants.ACTIVATION_CODE.getValue(),
            DeskPhoneGrants.MANUFACTURER_CERTIFICATE.getValue());

    @Bean
    Clients clients(
            Settings settings, CurrentParameters currentParameters, ObjectProvider<Settings.Client> furtherClients) {
        List<Settings.Client> configured = new ArrayList<>(settings.clients());
        furtherClients.forEach(configured::add);
        return new Clients(currentParameters, parameters -> {
            List<RegisteredClient> clients = new ArrayList<>();
            clients.add(softphone(settings, parameters));
            clients.add(deskPhone(settings, parameters));
            configured.forEach(client -> clients.add(configured(client, settings, parameters)));
            requireUniqueIds(clients);
            return clients;
        });
    }

    /** For {@code sipoauth} on this machine, or whoever may read the data folder: its secret is made at the first start. */
    @Bean
    Settings.Client administrationClient(DataDirectory data) {
        String secret = SecretsFile.open(data, "admin-client.txt", List.of(ADMINISTRATION_CLIENT), 256)
                .secrets()
                .get(ADMINISTRATION_CLIENT);
        if (secret == null) {
            throw new StartupRefused(
                    data.file("admin-client.txt") + " has no line " + ADMINISTRATION_CLIENT + ":<secret>.",
                    "Delete it, and a new one is made.");
        }
        return new Settings.Client(
                ADMINISTRATION_CLIENT,
                new MachineSecretEncoder().encode(secret),
                List.of(AuthorizationGrantType.CLIENT_CREDENTIALS.getValue()),
                Scopes.ADMINISTRATION,
                List.of(),
                false,
                null);
    }

    private static RegisteredClient softphone(Settings settings, Parameters parameters) {
        return base(
                        "softphone",
                        parameters,
                        parameters.softphoneRefresh(),
                        settings.tokens().softphoneSliding())
                .clientAuthenticationMethod(ClientAuthenticationMethod.NONE)
                .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
                .redirectUri("http://127.0.0.1/callback")
                .scope(Scopes.REGISTER)
                .scope(OidcScopes.OPENID)
                .build();
    }

    /** Has no browser: its user enters a code elsewhere (RFC 8628), or it proves otherwise that it is to be signed in. */
    private static RegisteredClient deskPhone(Settings settings, Parameters parameters) {
        return base(
                        "deskphone",
                        parameters,
                        parameters.deskPhoneRefresh(),
                        settings.tokens().deskPhoneSliding())
                .clientAuthenticationMethod(ClientAuthenticationMethod.NONE)
                .authorizationGrantTypes(grantTypes -> grantTypes.addAll(DeskPhoneGrants.ALL))
                .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
                .scope(Scopes.REGISTER)
                .build();
    }

    private static RegisteredClient configured(Settings.Client client, Settings settings, Parameters parameters) {
        Settings.Tokens tokens = settings.tokens();
        boolean deskPhone = DeskPhoneGrants.ALL.stream()
                .anyMatch(grantType -> client.grantTypes().contains(grantType.getValue()));
        RegisteredClient.Builder builder = base(
                client.id(),
                parameters,
                deskPhone ? parameters.deskPhoneRefresh() : parameters.softphoneRefresh(),
                deskPhone ? tokens.deskPhoneSliding() : tokens.softphoneSliding());
        if (client.certificate() != null) {
            requireService(client, settings);
            builder.clientAuthenticationMethod(
                    client.certificate().file() == null
                            ? ClientAuthenticationMethod.TLS_CLIENT_AUTH
                            : ClientAuthenticationMethod.SELF_SIGNED_TLS_CLIENT_AUTH);
        } else if (client.secretHash() == null) {
            builder.clientAuthenticationMethod(ClientAuthenticationMethod.NONE);
        } else if (MachineSecretEncoder.isEncoded(client.secretHash())) {
            builder.clientSecret(client.secretHash())
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST);
        } else {
            throw refusal(client, "its secret-hash is not {sha256} and 64 hexadecimal digits");
        }
        for (String grantType : client.grantTypes()) {
            if (!GRANT_TYPES.contains(grantType)) {
                throw refusal(client, "its grant type '" + grantType + "' is none of " + GRANT_TYPES);
            }
            builder.authorizationGrantType(new AuthorizationGrantType(grantType));
        }
        boolean machine = client.grantTypes().contains(AuthorizationGrantType.CLIENT_CREDENTIALS.getValue());
        if (client.grantTypes().isEmpty() || machine && client.secretHash() == null && client.certificate() == null) {
            throw refusal(
                    client,
                    machine ? "client_credentials needs a secret-hash or a certificate" : "it has no grant-types");
        }
        if (deskPhone && !client.grantTypes().contains(AuthorizationGrantType.REFRESH_TOKEN.getValue())) {
            throw refusal(client, "a desk phone needs refresh_token, or it would be signed out every hour");
        }
        builder.clientSettings(clientSettings(client.thirdParty()));
        client.redirectUris().forEach(redirectUri -> builder.redirectUri(requireRedirectUri(client, redirectUri)));
        if (client.redirectUris().isEmpty()
                && client.grantTypes().contains(AuthorizationGrantType.AUTHORIZATION_CODE.getValue())) {
            useThirdPartyRedirectUris(builder, parameters);
        }
        try {
            return builder.scopes(scopes -> scopes.addAll(client.scopes())).build();
        } catch (IllegalArgumentException e) {
            throw refusal(client, String.valueOf(e.getMessage()));
        }
    }

    /** Who signs people in has a browser to do it with, which would have to show the certificate. */
    private static void requireService(Settings.Client client, Settings settings) {
        if (client.secretHash() != null) {
            throw refusal(client, "it has a secret-hash and a certificate: it authenticates by one of them");
        }
        if (!client.grantTypes().equals(List.of(AuthorizationGrantType.CLIENT_CREDENTIALS.getValue()))) {
            throw refusal(client, "by certificate a client is granted client_credentials and nothing else");
        }
        if (settings.mutualTls().port() == null) {
            throw refusal(client, "there is no sipoauth.mutual-tls.port where it could show its certificate");
        }
    }

    /** While there are none, a client without any of its own cannot use the code grant. */
    private static void useThirdPartyRedirectUris(RegisteredClient.Builder builder, Parameters parameters) {
        builder.redirectUris(uris -> uris.addAll(parameters.thirdPartyRedirectUris()));
        if (parameters.thirdPartyRedirectUris().isEmpty()) {
            builder.authorizationGrantTypes(types -> {
                types.remove(AuthorizationGrantType.AUTHORIZATION_CODE);
                types.add(AuthorizationGrantType.REFRESH_TOKEN); // Spring wants one; it has nothing to refresh
            });
        }
    }

    private static RegisteredClient.Builder base(
            String clientId, Parameters parameters, Duration refreshLifetime, boolean sliding) {
        return RegisteredClient.withId(clientId)
                .clientId(clientId)
                .clientSettings(clientSettings(false))
                .tokenSettings(TokenSettings.builder()
                        .authorizationCodeTimeToLive(CODE_LIFETIME)
                        .accessTokenTimeToLive(parameters.accessToken())
                        .refreshTokenTimeToLive(parameters.refreshLogins() ? refreshLifetime : parameters.accessToken())
                        .reuseRefreshTokens(false)
                        .setting(Clients.SLIDING, sliding && parameters.refreshLogins())
                        .setting(Clients.REFRESHED, parameters.refreshLogins())
                        .build());
    }

    private static ClientSettings clientSettings(boolean thirdParty) {
        return ClientSettings.builder()
                .requireProofKey(true)
                .requireAuthorizationConsent(thirdParty)
                .build();
    }

    private static String requireRedirectUri(Settings.Client client, String redirectUri) {
        URI uri = URI.create(redirectUri);
        if (!uri.isAbsolute() || uri.getFragment() != null || redirectUri.contains("*")) {
            throw refusal(client, "'" + redirectUri + "' is no absolute redirect URI without fragment or wildcard");
        }
        if (!isSafe(uri)) {
            throw refusal(
                    client,
                    "the redirect URI '" + redirectUri
                            + "' is neither https nor http on 127.0.0.1 or [::1], and its scheme"
                            + " no reversed domain name such as com.example.app");
        }
        return redirectUri;
    }

    /** RFC 9700 §2.6: no answer goes over a network unencrypted; RFC 8252 §7.1: an app's own scheme has a period in it. */
    private static boolean isSafe(URI uri) {
        return switch (uri.getScheme().toLowerCase(Locale.ROOT)) {
            case "https" -> uri.getHost() != null;
            case "http" -> "127.0.0.1".equals(uri.getHost()) || "[::1]".equals(uri.getHost());
            default -> uri.getScheme().contains(".");
        };
    }

    private static void requireUniqueIds(List<RegisteredClient> clients) {
        Set<String> seen = new HashSet<>();
        for (RegisteredClient client : clients) {
            if (!seen.add(client.getClientId())) {
                throw new StartupRefused(
                        "There are two clients with the id " + client.getClientId() + ".",
                        "Choose another id under sipoauth.clients; softphone, deskphone and admin are built in.");
            }
        }
    }

    private static StartupRefused refusal(Settings.Client client, String why) {
        return new StartupRefused(
                "The client " + client.id() + " is not set up right: " + why + ".",
                "Correct it under sipoauth.clients.");
    }
}
