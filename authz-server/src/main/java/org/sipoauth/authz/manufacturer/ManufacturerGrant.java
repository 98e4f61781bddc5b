package org.sipoauth.authz.manufacturer;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.sipoauth.authz.client.DeskPhoneGrants;
import org.sipoauth.authz.deskphone.WayIn;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.DeviceType;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.grant.ExtensionGrantRequest;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.grant.LoginFamilies;
import org.sipoauth.authz.grant.LoginFamilies.Begun;
import org.sipoauth.authz.grant.LoginFamilies.Login;
import org.sipoauth.authz.grant.PhoneTokens;
import org.sipoauth.authz.throttle.SharedBuckets;
import org.sipoauth.authz.throttle.SharedBuckets.Bucket;
import org.sipoauth.authz.throttle.SharedBuckets.Limit;
import org.sipoauth.authz.token.AccessTokens;
import org.sipoauth.authz.token.AccessTokens.Holder;
import org.sipoauth.authz.token.Confirmation;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/**
 * Gives tokens to a phone for the certificate of its manufacturer (RFC 8705 §4): which phone it is the certificate says,
 * and its tokens are bound to it. Every request begins another login, so that a phone whose answer was lost, or that has
 * forgotten everything, gets another.
 */
final class ManufacturerGrant implements AuthenticationProvider {
    /** Logins that one phone begins. Nobody can use this up but who holds its key. */
    private static final Limit DEVICE = new Limit(10, Duration.ofMinutes(1));

    private static final String NOT_ALLOWED =
            "See whether there is such a desk phone, its owner is a subscriber, and OAuth" + " is switched on for it.";

    private final Admission admission;
    private final Devices devices;
    private final AccessTokens accessTokens;
    private final LoginFamilies families;
    private final SharedBuckets buckets;

    ManufacturerGrant(
            Admission admission,
            Devices devices,
            AccessTokens accessTokens,
            LoginFamilies families,
            SharedBuckets buckets) {
        this.admission = admission;
        this.devices = devices;
        this.accessTokens = accessTokens;
        this.families = families;
        this.buckets = buckets;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return ExtensionGrantRequest.class.isAssignableFrom(authentication);
    }

    /** Null for the request of another grant: its provider is asked next. */
    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        var request = (ExtensionGrantRequest) authentication;
        if (!request.getGrantType().equals(DeskPhoneGrants.MANUFACTURER_CERTIFICATE)) {
            return null;
        }
        OAuth2ClientAuthenticationToken caller = request.requireClient();
        RegisteredClient client = Objects.requireNonNull(caller.getRegisteredClient());
        PhoneTokens.requireScope(
                request.parameter(OAuth2ParameterNames.SCOPE)
                        .map(scope -> Set.of(scope.split(" ")))
                        .orElse(Set.of()),
                client);
        PhoneCertificate certificate = requireCertificate(request, caller);
        Device device = requireDevice(certificate, client);
        Holder holder = accessTokens
                .holder(device.owner(), Optional.of(device.name()))
                .orElseThrow(() -> notAllowed(certificate, client));
        requireRoom(device, client);

        Optional<Confirmation> proven = Optional.of(certificate.confirmation());
        Begun begun = families.begin(
                new Login(client, device.owner(), Optional.of(device.name()), DeskPhoneGrants.SCOPES, proven));
        try {
            return PhoneTokens.first(holder, begun, proven, caller, request);
        } catch (RuntimeException e) {
            families.revoke(begun.familyId(), "no tokens were handed out");
            throw e;
        }
    }

    private PhoneCertificate requireCertificate(ExtensionGrantRequest request, OAuth2ClientAuthenticationToken caller) {
        if (PhoneCertificates.shownBy(caller).isEmpty() && admission.offers(WayIn.MANUFACTURER_CERTIFICATE)) {
            throw new GrantRefused(
                    OAuth2ErrorCodes.INVALID_GRANT,
                    "show the phone's certificate, at the mutual-TLS token endpoint",
                    new Refusal(
                            "certificate_missing",
                            null,
                            "The phone asks at the wrong address, or has no certificate: see mtls_endpoint_aliases in the"
                                    + " metadata.",
                            Concerned.client(caller.getName())));
        }
        return admission
                .require(WayIn.MANUFACTURER_CERTIFICATE, caller, request.parameter("device_name"))
                .orElseThrow();
    }

    private Device requireDevice(PhoneCertificate certificate, RegisteredClient client) {
        return devices.find(certificate.device())
                .filter(device -> device.type() == DeviceType.DESK_PHONE)
                .orElseThrow(() -> notAllowed(certificate, client));
    }

    private void requireRoom(Device device, RegisteredClient client) {
        if (!buckets.take(List.of(new Bucket("certificate-logins-of-device:" + device.name(), DEVICE)))
                .isZero()) {
            throw new GrantRefused(
                    OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE,
                    "this phone signs in too often: try again soon",
                    new Refusal(
                            "too_many",
                            null,
                            "Look at the phone: it signs in again and again. If it does not, its key has been copied.",
                            new Concerned(null, device.owner(), device.name(), client.getClientId())));
        }
    }

    private static GrantRefused notAllowed(PhoneCertificate certificate, RegisteredClient client) {
        return new GrantRefused(
                OAuth2ErrorCodes.INVALID_GRANT,
                "the phone of this certificate may not be signed in",
                new Refusal(
                        "not_allowed",
                        "a certificate of " + certificate.manufacturer() + " for " + certificate.device(),
                        NOT_ALLOWED,
                        new Concerned(null, null, certificate.device(), client.getClientId())));
    }
}
