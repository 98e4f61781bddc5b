package org.sipoauth.authz.devicegrant;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.sipoauth.authz.client.DeskPhoneGrants;
import org.sipoauth.authz.deskphone.WayIn;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.manufacturer.Admission;
import org.sipoauth.authz.throttle.Network;
import org.sipoauth.authz.throttle.SharedBuckets;
import org.sipoauth.authz.throttle.SharedBuckets.Bucket;
import org.sipoauth.authz.throttle.SharedBuckets.Limit;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2DeviceCode;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2UserCode;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2DeviceAuthorizationRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.security.web.util.matcher.IpAddressMatcher;

/**
 * Gives a phone its two codes (RFC 8628 §3.1). The phone says its name in {@code device_name}, as in an authorization
 * request; whether there is such a phone is not told before its owner has signed in.
 */
final class DeviceAuthorizationRequests implements AuthenticationProvider {
    private static final String DEVICE_NAME = "device_name";
    /** Requests of a network: a whole office may put its phones up at once. */
    private static final Limit NETWORK = new Limit(200, Duration.ofSeconds(1));

    private final DeviceCodes codes;
    private final Duration life;
    private final List<IpAddressMatcher> networks;
    private final Admission admission;
    private final SharedBuckets buckets;
    private final Clock clock;
    private final Audit audit;
    private final MeterRegistry meters;

    /** @param networks from which phones may ask; empty: from any */
    DeviceAuthorizationRequests(
            DeviceCodes codes,
            Duration life,
            List<IpAddressMatcher> networks,
            Admission admission,
            SharedBuckets buckets,
            Clock clock,
            Audit audit,
            MeterRegistry meters) {
        this.codes = codes;
        this.life = life;
        this.networks = List.copyOf(networks);
        this.admission = admission;
        this.buckets = buckets;
        this.clock = clock;
        this.audit = audit;
        this.meters = meters;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return OAuth2DeviceAuthorizationRequestAuthenticationToken.class.isAssignableFrom(authentication);
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        var request = (OAuth2DeviceAuthorizationRequestAuthenticationToken) authentication;
        if (!(request.getPrincipal() instanceof OAuth2ClientAuthenticationToken caller && caller.isAuthenticated())) {
            throw new GrantRefused(OAuth2ErrorCodes.INVALID_CLIENT, "name the client", "no client authentication");
        }
        RegisteredClient client = Objects.requireNonNull(caller.getRegisteredClient());
        String address = ((WebAuthenticationDetails) Objects.requireNonNull(request.getDetails())).getRemoteAddress();
        DeviceGrant.requireGrantType(client);
        requireOffered(client);
        requireNetwork(address, client);
        requireScope(request.getScopes(), client);
        String device = requireDeviceName(request);
        requireRoom(address, client);

        Authorization asked = new Authorization(
                client.getClientId(), device, address, clock.instant().truncatedTo(ChronoUnit.MILLIS));
        DeviceCodes.Issued issued = codes.start(asked);
        audit.event("device_code_issued")
                .with("client", client.getClientId())
                .with("named_device", device)
                .with("address", address)
                .write();
        meters.counter("sipoauth.device.authorizations", "outcome", "issued").increment();
        return new OAuth2DeviceAuthorizationRequestAuthenticationToken(
                caller,
                request.getScopes(),
                new OAuth2DeviceCode(
                        issued.deviceCode().value(),
                        asked.begun(),
                        asked.begun().plus(life)),
                new OAuth2UserCode(
                        issued.userCode().shown(), asked.begun(), asked.begun().plus(life)));
    }

    /** Whether the phone has to show a certificate, too, is seen when it polls. */
    private void requireOffered(RegisteredClient client) {
        if (!admission.offers(WayIn.DEVICE_CODE)) {
            throw new GrantRefused(
                    OAuth2ErrorCodes.UNAUTHORIZED_CLIENT,
                    "phones are not signed in by device codes here",
                    new Refusal(
                            OAuth2ErrorCodes.UNAUTHORIZED_CLIENT,
                            null,
                            "Add device-code to sipoauth.desk-phones.ways if they are to be.",
                            Concerned.client(client.getClientId())));
        }
    }

    private void requireNetwork(String address, RegisteredClient client) {
        if (!networks.isEmpty() && networks.stream().noneMatch(network -> network.matches(address))) {
            throw new GrantRefused(
                    OAuth2ErrorCodes.UNAUTHORIZED_CLIENT,
                    "phones may not ask from this network",
                    new Refusal(
                            "network",
                            null,
                            "If it was a phone of yours, add its network to sipoauth.device-grant.networks.",
                            Concerned.client(client.getClientId())));
        }
    }

    /** What this grant leads to is a registered phone, and no more (RFC 10027 §6.1.9). */
    private static void requireScope(Set<String> asked, RegisteredClient client) {
        if (!asked.equals(DeskPhoneGrants.SCOPES) || !client.getScopes().containsAll(asked)) {
            throw new GrantRefused(OAuth2ErrorCodes.INVALID_SCOPE, "ask for the scope sip.register", "scope " + asked);
        }
    }

    private static String requireDeviceName(OAuth2DeviceAuthorizationRequestAuthenticationToken request) {
        if (request.getAdditionalParameters().get(DEVICE_NAME) instanceof String name && Device.isName(name)) {
            return name;
        }
        throw new GrantRefused(
                OAuth2ErrorCodes.INVALID_REQUEST, DEVICE_NAME + " is required once", "no usable device name");
    }

    private void requireRoom(String address, RegisteredClient client) {
        Bucket ofNetwork = new Bucket("device-requests-of-network:" + Network.of(address), NETWORK);
        if (!buckets.take(List.of(ofNetwork)).isZero()) {
            throw new GrantRefused(
                    OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE,
                    "too many requests from this address: try again soon",
                    new Refusal(
                            "too_many",
                            null,
                            "Look at what is at this address; phones ask once each.",
                            Concerned.client(client.getClientId())));
        }
    }
}
