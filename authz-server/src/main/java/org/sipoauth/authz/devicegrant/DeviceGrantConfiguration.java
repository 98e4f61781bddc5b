package org.sipoauth.authz.devicegrant;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.dpop.DpopProofs;
import org.sipoauth.authz.grant.GrantFeature;
import org.sipoauth.authz.grant.LoginFamilies;
import org.sipoauth.authz.manufacturer.Admission;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.throttle.SharedBuckets;
import org.sipoauth.authz.token.AccessTokens;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.http.server.ServletServerHttpResponse;
import org.springframework.security.oauth2.core.endpoint.OAuth2DeviceAuthorizationResponse;
import org.springframework.security.oauth2.core.http.converter.OAuth2DeviceAuthorizationResponseHttpMessageConverter;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2DeviceAuthorizationRequestAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2DeviceAuthorizationRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.web.authentication.OAuth2DeviceCodeAuthenticationConverter;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.util.matcher.IpAddressMatcher;

/**
 * Puts the grant into Spring's endpoints: requests are read, clients authenticated and answers written by Spring; codes,
 * their store and every rule are ours. Its verification endpoint is left out for {@link VerificationPages}.
 */
@Configuration(proxyBeanMethods = false)
class DeviceGrantConfiguration {
    private static final Duration SHORTEST_LIFE = Duration.ofMinutes(1);
    private static final Duration LONGEST_LIFE = Duration.ofMinutes(30);
    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(1);

    @Bean
    DeviceCodes deviceCodes(StringRedisTemplate redis, Settings settings) {
        Settings.DeviceGrant grant = settings.deviceGrant();
        requireBetween("expires-in", SHORTEST_LIFE, grant.expiresIn(), LONGEST_LIFE);
        requireBetween("interval", Duration.ofSeconds(1), grant.interval(), LONGEST_INTERVAL);
        return new DeviceCodes(redis, grant.expiresIn(), grant.interval());
    }

    @Bean
    VerificationAddress verificationAddress(Settings settings) {
        return new VerificationAddress(settings.issuer().toString());
    }

    @Bean
    GrantFeature deviceGrant(
            DeviceCodes codes,
            AccessTokens accessTokens,
            DpopProofs proofs,
            LoginFamilies families,
            VerificationAddress address,
            Admission admission,
            Settings settings,
            SharedBuckets buckets,
            Clock clock,
            Audit audit,
            MeterRegistry meters) {
        Settings.DeviceGrant grant = settings.deviceGrant();
        DeviceGrant tokens = new DeviceGrant(codes, accessTokens, proofs, families, admission, clock);
        DeviceAuthorizationRequests requests = new DeviceAuthorizationRequests(
                codes, grant.expiresIn(), networks(grant.networks()), admission, buckets, clock, audit, meters);
        OAuth2DeviceCodeAuthenticationConverter poll = new OAuth2DeviceCodeAuthenticationConverter();
        return server -> server.tokenEndpoint(endpoint ->
                        endpoint.accessTokenRequestConverter(poll::convert).authenticationProvider(tokens))
                .deviceAuthorizationEndpoint(endpoint -> endpoint.authenticationProvider(requests)
                        .authenticationProviders(providers -> providers.removeIf(
                                provider -> provider instanceof OAuth2DeviceAuthorizationRequestAuthenticationProvider))
                        .deviceAuthorizationResponseHandler(issued(address, grant)));
    }

    /** RFC 8628 §3.2, and where the phone finds the QR code as an image if it cannot draw one. */
    private static AuthenticationSuccessHandler issued(VerificationAddress address, Settings.DeviceGrant grant) {
        var json = new OAuth2DeviceAuthorizationResponseHttpMessageConverter();
        return (request, response, authentication) -> {
            var issued = (OAuth2DeviceAuthorizationRequestAuthenticationToken) authentication;
            String userCode = Objects.requireNonNull(issued.getUserCode()).getTokenValue();
            write(
                    json,
                    OAuth2DeviceAuthorizationResponse.with(
                                    Objects.requireNonNull(issued.getDeviceCode())
                                            .getTokenValue(),
                                    userCode)
                            .verificationUri(address.page())
                            .verificationUriComplete(address.pageFor(userCode))
                            .additionalParameters(Map.of("verification_uri_qr", address.qrCodeFor(userCode)))
                            .expiresIn(grant.expiresIn().toSeconds())
                            .interval(grant.interval().toSeconds())
                            .build(),
                    new ServletServerHttpResponse(response));
        };
    }

    private static void write(
            OAuth2DeviceAuthorizationResponseHttpMessageConverter json,
            OAuth2DeviceAuthorizationResponse answer,
            ServletServerHttpResponse response)
            throws IOException {
        json.write(answer, null, response);
    }

    static List<IpAddressMatcher> networks(List<String> settings) {
        List<IpAddressMatcher> networks = new ArrayList<>();
        for (String network : settings) {
            try {
                networks.add(new IpAddressMatcher(network));
            } catch (IllegalArgumentException e) {
                throw new StartupRefused(
                        "sipoauth.device-grant.networks has '" + network + "', which is no network.",
                        "Write an address or a network such as 192.0.2.0/24 or 2001:db8::/32.",
                        e);
            }
        }
        return networks;
    }

    private static void requireBetween(String setting, Duration least, Duration value, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new StartupRefused(
                    "sipoauth.device-grant." + setting + " is " + value + ".",
                    "Set it to " + least.toSeconds() + "s or more, and " + most.toSeconds() + "s or less.");
        }
    }
}
