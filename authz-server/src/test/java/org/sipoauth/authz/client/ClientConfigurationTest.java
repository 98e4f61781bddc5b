package org.sipoauth.authz.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sipoauth.authz.parameter.CurrentParameters;
import org.sipoauth.authz.parameter.Parameters;
import org.sipoauth.authz.settings.DataDirectory;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

class ClientConfigurationTest {
    private static final String HASH = "{sha256}ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    static Path folder;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withUserConfiguration(ClientConfiguration.class, Bound.class)
            .withBean(DataDirectory.class, () -> new DataDirectory(folder))
            .withPropertyValues("sipoauth.audience=sip:example.com");

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(Settings.class)
    static class Bound {
        @Bean
        CurrentParameters asTheSettingsSay(Settings settings) {
            Parameters parameters = Parameters.of(settings);
            return () -> parameters;
        }
    }

    @Test
    void buildsInTheTwoPhoneClients() {
        runner.run(context -> {
            Clients clients = context.getBean(Clients.class);
            RegisteredClient softphone = Objects.requireNonNull(clients.findByClientId("softphone"));
            assertThat(softphone.getClientSettings().isRequireProofKey()).isTrue();
            assertThat(softphone.getClientSecret()).isNull();
            assertThat(softphone.getTokenSettings().getRefreshTokenTimeToLive()).hasDays(60);
            assertThat(clients.findByClientId("deskphone")).isNotNull();
            assertThat(clients.findByClientId("demo-service")).isNull();
            assertThat(clients.redirectSources()).containsExactly("http://127.0.0.1:*");
        });
    }

    @Test
    void addsThoseOfTheConfiguration() {
        runner.withPropertyValues(
                        "sipoauth.clients[0].id=portal",
                        "sipoauth.clients[0].secret-hash=" + HASH,
                        "sipoauth.clients[0].grant-types=authorization_code,refresh_token",
                        "sipoauth.clients[0].scopes=openid",
                        "sipoauth.clients[0].redirect-uris=https://portal.example.com/callback")
                .run(context -> {
                    RegisteredClient portal = Objects.requireNonNull(
                            context.getBean(Clients.class).findByClientId("portal"));
                    assertThat(portal.getRedirectUris()).containsExactly("https://portal.example.com/callback");
                    assertThat(portal.getClientSettings().isRequireProofKey()).isTrue();
                    assertThat(context.getBean(Clients.class).redirectSources())
                            .containsExactly("http://127.0.0.1:*", "https://portal.example.com");
                });
    }

    @Test
    void knowsServicesByCertificateWhereTheyCanShowIt() {
        runner.withPropertyValues(
                        "sipoauth.mutual-tls.port=8444",
                        "sipoauth.clients[0].id=backup",
                        "sipoauth.clients[0].certificate.subject=CN=backup",
                        "sipoauth.clients[0].certificate.authorities=ca.pem",
                        "sipoauth.clients[0].grant-types=client_credentials",
                        "sipoauth.clients[1].id=monitor",
                        "sipoauth.clients[1].certificate.file=monitor.pem",
                        "sipoauth.clients[1].grant-types=client_credentials")
                .run(context -> {
                    Clients clients = context.getBean(Clients.class);
                    assertThat(Objects.requireNonNull(clients.findByClientId("backup"))
                                    .getClientAuthenticationMethods())
                            .containsExactly(ClientAuthenticationMethod.TLS_CLIENT_AUTH);
                    assertThat(Objects.requireNonNull(clients.findByClientId("monitor"))
                                    .getClientAuthenticationMethods())
                            .containsExactly(ClientAuthenticationMethod.SELF_SIGNED_TLS_CLIENT_AUTH);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "8444, client_credentials, {sha256}ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, by one of them",
        "8444, 'client_credentials,refresh_token', , client_credentials and nothing else",
        ", client_credentials, , no sipoauth.mutual-tls.port",
    })
    void refusesToStartWithAServiceThatCouldNotShowItsCertificate(
            String port, String grantTypes, String hash, String why) {
        runner.withPropertyValues("sipoauth.clients[0].id=backup", "sipoauth.clients[0].certificate.file=backup.pem")
                .withPropertyValues(property("grant-types", grantTypes))
                .withPropertyValues(property("secret-hash", hash))
                .withPropertyValues(port == null ? new String[0] : new String[] {"sipoauth.mutual-tls.port=" + port})
                .run(context -> assertThatThrownBy(() -> context.getBean(Clients.class))
                        .hasRootCauseInstanceOf(StartupRefused.class)
                        .rootCause()
                        .hasMessageContaining(why));
    }

    @Test
    void givesPhonesWithoutABrowserTheLifeOfADeskPhonesLogin() {
        runner.withPropertyValues(
                        "sipoauth.tokens.desk-phone-refresh=90d",
                        "sipoauth.clients[0].id=lobby",
                        "sipoauth.clients[0].grant-types=urn:ietf:params:oauth:grant-type:device_code,refresh_token",
                        "sipoauth.clients[0].scopes=sip.register")
                .run(context -> {
                    Clients clients = context.getBean(Clients.class);
                    for (String id : new String[] {"lobby", "deskphone"}) {
                        RegisteredClient phone = Objects.requireNonNull(clients.findByClientId(id));
                        assertThat(phone.getAuthorizationGrantTypes()).contains(AuthorizationGrantType.DEVICE_CODE);
                        assertThat(phone.getTokenSettings().getRefreshTokenTimeToLive())
                                .hasDays(90);
                    }
                });
    }

    @ParameterizedTest
    @CsvSource({
        "softphone, client_credentials, {sha256}ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, , two clients with the id softphone",
        "service, client_credentials, , , needs a secret-hash",
        "service, client_credentials, secret in the clear, , is not {sha256}",
        "service, password, {sha256}ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, , is none of",
        "app, authorization_code, , https://*.example.com/, redirect URI",
        "app, authorization_code, , https://example.com/#here, redirect URI",
        "app, authorization_code, , /callback, redirect URI",
        "app, authorization_code, , http://app.example.com/callback, neither https nor http on 127.0.0.1",
        "app, authorization_code, , http://localhost/callback, neither https nor http on 127.0.0.1",
        "app, authorization_code, , http://127.0.0.1.example.com/callback, neither https nor http on 127.0.0.1",
        "app, authorization_code, , javascript:alert(1), no reversed domain name",
        "app, authorization_code, , myapp:/callback, no reversed domain name",
        "app, , , , no grant-types",
        "phone, urn:ietf:params:oauth:grant-type:device_code, , , needs refresh_token",
    })
    void refusesToStartWithAClientThatIsNotSetUpRight(
            String id, String grantTypes, String hash, String redirectUri, String why) {
        runner.withPropertyValues("sipoauth.clients[0].id=" + id)
                .withPropertyValues(property("grant-types", grantTypes))
                .withPropertyValues(property("secret-hash", hash))
                .withPropertyValues(property("redirect-uris", redirectUri))
                .run(context -> assertThatThrownBy(() -> context.getBean(Clients.class))
                        .hasRootCauseInstanceOf(StartupRefused.class)
                        .rootCause()
                        .hasMessageContaining(why)
                        .hasMessageNotContaining("secret in the clear"));
    }

    private static String[] property(String name, String value) {
        return value == null ? new String[0] : new String[] {"sipoauth.clients[0]." + name + "=" + value};
    }
}
