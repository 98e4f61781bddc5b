package org.sipoauth.authz.devicegrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.deskphone.WayIn;
import org.sipoauth.authz.deskphone.WaysIn;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.manufacturer.Admission;
import org.sipoauth.authz.manufacturer.PhoneCertificates;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.throttle.SharedBuckets;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2DeviceAuthorizationRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.security.web.util.matcher.IpAddressMatcher;

/** From where phones may ask; how often is in {@link UserCodeThrottleIT}, what they get in {@link DeviceGrantIT}. */
class DeviceAuthorizationRequestsTest {
    private static final InstantSource SOURCE = () -> Instant.parse("2026-01-01T00:00:00Z");

    /** There is no store for codes behind it, so that a request which is let in fails there. */
    static DeviceAuthorizationRequests requests(InstantSource source, SharedBuckets buckets, String... networks) {
        return new DeviceAuthorizationRequests(
                new DeviceCodes(new StringRedisTemplate(), Duration.ofMinutes(10), Duration.ofSeconds(5)),
                Duration.ofMinutes(10),
                List.of(networks).stream().map(IpAddressMatcher::new).toList(),
                new Admission(
                        PhoneCertificates.ofNobody(source.withZone(ZoneOffset.UTC)),
                        WaysIn.anyOf(Set.of(WayIn.DEVICE_CODE)),
                        List.of()),
                buckets,
                source.withZone(ZoneOffset.UTC),
                new Audit(source.withZone(ZoneOffset.UTC), record -> {}),
                new SimpleMeterRegistry());
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, true",
        "192.0.3.7, false",
        "2001:db8::7, true",
        "2001:db9::7, false",
    })
    void asksOnlyFromTheNetworksOfThePhones(String address, boolean allowed) {
        SharedBuckets noStore = new SharedBuckets(new StringRedisTemplate(), SOURCE.withZone(ZoneOffset.UTC));

        Throwable thrown = ask(requests(SOURCE, noStore, "192.0.2.0/24", "2001:db8::/32"), address);

        if (allowed) {
            assertThat(thrown).isNotInstanceOf(GrantRefused.class);
        } else {
            assertThat(thrown)
                    .isInstanceOfSatisfying(
                            GrantRefused.class,
                            refused -> assertThat(refused.getError().getErrorCode())
                                    .isEqualTo("unauthorized_client"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"expires-in=59s", "expires-in=31m", "interval=0s", "interval=61s", "networks=192.0.2.0/33"})
    void refusesToStartWithASettingThatMakesNoSense(String setting) {
        new ApplicationContextRunner()
                .withUserConfiguration(Bound.class)
                .withPropertyValues("sipoauth.audience=sip:example.com", "sipoauth.device-grant." + setting)
                .run(context -> assertThatThrownBy(() -> configure(context.getBean(Settings.class)))
                        .isInstanceOf(StartupRefused.class)
                        .hasMessageContaining("sipoauth.device-grant." + setting.substring(0, setting.indexOf('='))));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(Settings.class)
    static class Bound {}

    private static void configure(Settings settings) {
        new DeviceGrantConfiguration().deviceCodes(new StringRedisTemplate(), settings);
        DeviceGrantConfiguration.networks(settings.deviceGrant().networks());
    }

    static Throwable ask(DeviceAuthorizationRequests requests, String address) {
        RegisteredClient client = RegisteredClient.withId("deskphone")
                .clientId("deskphone")
                .clientAuthenticationMethod(ClientAuthenticationMethod.NONE)
                .authorizationGrantType(AuthorizationGrantType.DEVICE_CODE)
                .scope("sip.register")
                .build();
        var request = new OAuth2DeviceAuthorizationRequestAuthenticationToken(
                new OAuth2ClientAuthenticationToken(client, ClientAuthenticationMethod.NONE, null),
                "https://localhost:8443/oauth2/device_authorization",
                Set.of("sip.register"),
                Map.of("device_name", "SEP00005E005301"));
        request.setDetails(new WebAuthenticationDetails(address, null));
        return catchThrowable(() -> requests.authenticate(request));
    }
}
