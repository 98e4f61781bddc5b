package org.sipoauth.authz.activation;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.sipoauth.authz.client.DeskPhoneGrants;
import org.sipoauth.authz.deskphone.WayIn;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.DeviceType;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.dpop.DpopProofs;
import org.sipoauth.authz.grant.ExtensionGrantRequest;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.grant.LoginFamilies;
import org.sipoauth.authz.grant.LoginFamilies.Begun;
import org.sipoauth.authz.grant.LoginFamilies.Login;
import org.sipoauth.authz.grant.PhoneTokens;
import org.sipoauth.authz.manufacturer.Admission;
import org.sipoauth.authz.manufacturer.PhoneCertificate;
import org.sipoauth.authz.redis.WriteNotConfirmed;
import org.sipoauth.authz.token.AccessTokens;
import org.sipoauth.authz.token.AccessTokens.Holder;
import org.sipoauth.authz.token.Confirmation;
import org.springframework.dao.DataAccessException;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/**
 * Exchanges an activation code for tokens, once: of any number of requests one begins the login. Who asks again within a
 * minute, because the answer was lost, gets the same refresh token and another access token of the same login, as after a
 * lost refresh; later, two hold the code, and the login ends.
 *
 * <p>The phone says which device it is; the code is good for that one. Whatever is wrong, the answer is the same: it does
 * not tell whether there is such a device, or whether it has a code.
 */
final class ActivationGrant implements AuthenticationProvider {
    static final String CODE = "activation_code";
    static final String DEVICE_NAME = "device_name";

    private static final String NEW_CODE = "Make a new code for the device if it is to be signed in.";

    private final ActivationCodes codes;
    private final ActivationThrottle throttle;
    private final Admission admission;
    private final DpopProofs proofs;
    private final Devices devices;
    private final AccessTokens accessTokens;
    private final LoginFamilies families;
    private final Clock clock;
    private final Audit audit;
    private final MeterRegistry meters;

    ActivationGrant(
            ActivationCodes codes,
            ActivationThrottle throttle,
            Admission admission,
            DpopProofs proofs,
            Devices devices,
            AccessTokens accessTokens,
            LoginFamilies families,
            Clock clock,
            Audit audit,
            MeterRegistry meters) {
        this.codes = codes;
        this.throttle = throttle;
        this.admission = admission;
        this.proofs = proofs;
        this.devices = devices;
        this.accessTokens = accessTokens;
        this.families = families;
        this.clock = clock;
        this.audit = audit;
        this.meters = meters;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return ExtensionGrantRequest.class.isAssignableFrom(authentication);
    }

    /** A request for one device, whose client may make it, and by whom it is to be held. */
    private record Attempt(
            ExtensionGrantRequest request,
            OAuth2ClientAuthenticationToken caller,
            RegisteredClient client,
            String deviceName,
            Optional<Device> device,
            Optional<Confirmation> proven,
            String address) {

        String clientId() {
            return client.getClientId();
        }

        Concerned concerned(@Nullable String session) {
            return new Concerned(
                    session,
                    device.map(Device::owner).orElse(null),
                    device.map(Device::name).orElse(null),
                    clientId());
        }
    }

    /** Null for the request of another grant: its provider is asked next. */
    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        var request = (ExtensionGrantRequest) authentication;
        if (!request.getGrantType().equals(DeskPhoneGrants.ACTIVATION_CODE)) {
            return null;
        }
        Attempt attempt = attempt(request);
        ActivationCode code = ActivationCode.parse(request.required(CODE))
                .orElseThrow(() -> refusal(
                        "malformed", "not sixteen digits", "See what the phone is set up to send.", attempt, null));
        Optional<Holder> holder =
                attempt.device().flatMap(device -> accessTokens.holder(device.owner(), Optional.of(device.name())));
        ActivationThrottle.Attempt counted = requireRoom(attempt);

        Redemption redemption = redeem(attempt, holder, code, counted);
        if (redemption instanceof Redemption.Claimed claimed) {
            return begin(attempt, claimed, holder.orElseThrow());
        }
        if (redemption instanceof Redemption.Again again) {
            return repeat(attempt, again, holder.orElseThrow());
        }
        throw refusal(redemption, attempt);
    }

    private Redemption redeem(
            Attempt attempt, Optional<Holder> holder, ActivationCode code, ActivationThrottle.Attempt counted) {
        Redemption redemption;
        try {
            redemption = codes.redeem(
                    attempt.deviceName(),
                    holder.flatMap(held -> attempt.device()).map(Device::owner),
                    code,
                    attempt.clientId(),
                    clock.instant());
        } catch (WriteNotConfirmed onceMore) { // nothing is written for a wrong code
            throttle.right(counted);
            throw onceMore;
        }
        if (!(redemption instanceof Redemption.Wrong)) {
            throttle.right(counted);
        }
        return redemption;
    }

    private Attempt attempt(ExtensionGrantRequest request) {
        OAuth2ClientAuthenticationToken caller = request.requireClient();
        RegisteredClient client = Objects.requireNonNull(caller.getRegisteredClient());
        PhoneTokens.requireScope(
                request.parameter(OAuth2ParameterNames.SCOPE)
                        .map(scope -> Set.of(scope.split(" ")))
                        .orElse(Set.of()),
                client);
        Optional<String> named = request.parameter(DEVICE_NAME);
        Optional<PhoneCertificate> certificate = admission.require(WayIn.ACTIVATION_CODE, caller, named);
        String deviceName = named.or(() -> certificate.map(PhoneCertificate::device))
                .filter(Device::isName)
                .orElseThrow(() -> ExtensionGrantRequest.invalid(
                        DEVICE_NAME + " is required, unless the phone shows its manufacturer's certificate"));
        Optional<Device> device = devices.find(deviceName).filter(found -> found.type() == DeviceType.DESK_PHONE);
        return new Attempt(
                request,
                caller,
                client,
                device.map(Device::name).orElse(deviceName),
                device,
                certificate.map(PhoneCertificate::confirmation).or(() -> proofs.of(request)),
                ((WebAuthenticationDetails) Objects.requireNonNull(request.getDetails())).getRemoteAddress());
    }

    private ActivationThrottle.Attempt requireRoom(Attempt attempt) {
        ActivationThrottle.Attempt counted = throttle.begin(attempt.deviceName(), attempt.address());
        if (!counted.admitted()) {
            count("too_many");
            throw new GrantRefused(
                    OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE,
                    "too many wrong codes: try again soon",
                    new Refusal(
                            "too_many",
                            null,
                            "Look at what is at this address: it has entered many wrong codes.",
                            attempt.concerned(null)));
        }
        return counted;
    }

    private OAuth2AccessTokenAuthenticationToken begin(Attempt attempt, Redemption.Claimed claimed, Holder holder) {
        Device device = attempt.device().orElseThrow();
        Begun begun = families.begin(new Login(
                attempt.client(),
                device.owner(),
                Optional.of(device.name()),
                DeskPhoneGrants.SCOPES,
                attempt.proven()));
        OAuth2AccessTokenAuthenticationToken tokens;
        try {
            tokens = PhoneTokens.first(holder, begun, attempt.proven(), attempt.caller(), attempt.request());
        } catch (RuntimeException e) {
            families.revoke(begun.familyId(), "no tokens were handed out");
            throw e;
        }
        requireBound(attempt, claimed, begun);
        audit.event("device_activated")
                .about(attempt.concerned(begun.familyId()))
                .with("address", attempt.address())
                .keep();
        count("redeemed");
        return tokens;
    }

    /**
     * While nobody knows whether the store has noted it, the login stays: the phone asks again and gets it, or begins
     * another, and then nobody has this one's tokens.
     *
     * @throws DataAccessException if the store or its replicas do not confirm it
     */
    private void requireBound(Attempt attempt, Redemption.Claimed claimed, Begun begun) {
        if (!codes.bind(attempt.deviceName(), claimed.claim(), begun.familyId(), clock.instant())) {
            families.revoke(begun.familyId(), "no tokens were handed out");
            throw busy(attempt); // too slow: another request has begun a login, or the code was replaced
        }
    }

    private OAuth2AccessTokenAuthenticationToken repeat(Attempt attempt, Redemption.Again again, Holder holder) {
        Begun begun = families.again(again.familyId(), attempt.client(), attempt.proven())
                .orElseThrow(() -> refusal(
                        "revoked",
                        "the login that the code began is over, or bound to another certificate or key",
                        NEW_CODE,
                        attempt,
                        again.familyId()));
        return PhoneTokens.first(holder, begun, attempt.proven(), attempt.caller(), attempt.request());
    }

    private GrantRefused refusal(Redemption redemption, Attempt attempt) {
        if (redemption instanceof Redemption.Busy) {
            return busy(attempt);
        }
        if (redemption instanceof Redemption.Expired) {
            return refusal("expired", "the code has expired", NEW_CODE, attempt, null);
        }
        if (redemption instanceof Redemption.OtherOwner) {
            return refusal(
                    "not_allowed",
                    "the device has another owner than when the code was made, or may not be signed in",
                    "See whether the device's owner is a subscriber, and OAuth is switched on for it. " + NEW_CODE,
                    attempt,
                    null);
        }
        if (redemption instanceof Redemption.Replayed replayed) {
            families.revoke(replayed.familyId(), "activation code used twice");
            return refusal(
                    "code_replayed",
                    "the code was used before",
                    "If the phone was reset since, nothing. Else find out who else had its code: the login that it began is"
                            + " over. " + NEW_CODE,
                    attempt,
                    replayed.familyId());
        }
        return refusal(
                "wrong_code",
                attempt.device().isPresent() ? "another code, or it has none" : "no desk phone " + attempt.deviceName(),
                "A few are typing errors; many are guesses. " + NEW_CODE,
                attempt,
                null);
    }

    private static GrantRefused busy(Attempt attempt) {
        return new GrantRefused(
                OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE,
                "send the same request again soon",
                new Refusal(
                        "busy",
                        "another request with this code is under way",
                        "Nothing: the phone asks again in seconds.",
                        attempt.concerned(null)));
    }

    private GrantRefused refusal(
            String outcome, String detail, String advice, Attempt attempt, @Nullable String session) {
        count(outcome);
        return new GrantRefused(
                OAuth2ErrorCodes.INVALID_GRANT,
                "the activation code is not valid for this device",
                new Refusal(outcome, detail, advice, attempt.concerned(session)));
    }

    private void count(String outcome) {
        meters.counter("sipoauth.activation.codes", "outcome", outcome).increment();
    }
}
