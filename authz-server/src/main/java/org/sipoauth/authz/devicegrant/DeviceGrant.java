package org.sipoauth.authz.devicegrant;

import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.sipoauth.authz.client.DeskPhoneGrants;
import org.sipoauth.authz.deskphone.WayIn;
import org.sipoauth.authz.dpop.DpopProofs;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.grant.LoginFamilies;
import org.sipoauth.authz.grant.LoginFamilies.Begun;
import org.sipoauth.authz.grant.LoginFamilies.Login;
import org.sipoauth.authz.grant.PhoneTokens;
import org.sipoauth.authz.manufacturer.Admission;
import org.sipoauth.authz.manufacturer.PhoneCertificate;
import org.sipoauth.authz.token.AccessTokens;
import org.sipoauth.authz.token.AccessTokens.Holder;
import org.sipoauth.authz.token.Confirmation;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2DeviceCodeAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/**
 * Exchanges a device code for tokens (RFC 8628 §3.4, §3.5), once: of any number of polls one begins the login. Who asks
 * again within a minute, because the answer was lost, gets the same refresh token and another access token of the same
 * login, as after a lost refresh; later, two hold the code, and the login ends.
 *
 * <p>Spring's own provider reads, then writes, knows no {@code slow_down}, and lets two polls at the same instant through.
 */
final class DeviceGrant implements AuthenticationProvider {
    private static final String NOT_ALLOWED = "See whether there still is such a subscriber, and whether the phone is"
            + " theirs and OAuth is switched on for it; then have the phone show a new code.";
    private static final String REPLAYED =
            "If the phone was off for a while right after it was allowed, nothing: it shows"
                    + " a new code. Else find out who else holds its device code. The login that the code began is over.";

    private final DeviceCodes codes;
    private final AccessTokens accessTokens;
    private final DpopProofs proofs;
    private final LoginFamilies families;
    private final Admission admission;
    private final Clock clock;

    DeviceGrant(
            DeviceCodes codes,
            AccessTokens accessTokens,
            DpopProofs proofs,
            LoginFamilies families,
            Admission admission,
            Clock clock) {
        this.codes = codes;
        this.accessTokens = accessTokens;
        this.proofs = proofs;
        this.admission = admission;
        this.families = families;
        this.clock = clock;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return OAuth2DeviceCodeAuthenticationToken.class.isAssignableFrom(authentication);
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        var request = (OAuth2DeviceCodeAuthenticationToken) authentication;
        OAuth2ClientAuthenticationToken caller = requireClient(request);
        RegisteredClient client = Objects.requireNonNull(caller.getRegisteredClient());
        requireGrantType(client);
        DeviceCode code = DeviceCode.parse(request.getDeviceCode()).orElseThrow(DeviceGrant::unknown);
        Optional<PhoneCertificate> certificate = admission.require(WayIn.DEVICE_CODE, caller, Optional.empty());
        Optional<Confirmation> proven =
                certificate.map(PhoneCertificate::confirmation).or(() -> proofs.of(request));

        Poll poll = codes.poll(code, client.getClientId(), clock.instant());
        if (poll instanceof Poll.Claimed claimed) {
            return begin(code, claimed, certificate, proven, caller, request);
        }
        if (poll instanceof Poll.Again again) {
            return repeat(again, certificate, proven, caller, request);
        }
        throw refusal(poll, client);
    }

    private static OAuth2ClientAuthenticationToken requireClient(OAuth2DeviceCodeAuthenticationToken request) {
        if (request.getPrincipal() instanceof OAuth2ClientAuthenticationToken client && client.isAuthenticated()) {
            return client;
        }
        throw new GrantRefused(OAuth2ErrorCodes.INVALID_CLIENT, "name the client", "no client authentication");
    }

    static void requireGrantType(RegisteredClient client) {
        if (!client.getAuthorizationGrantTypes().contains(AuthorizationGrantType.DEVICE_CODE)) {
            throw new GrantRefused(
                    OAuth2ErrorCodes.UNAUTHORIZED_CLIENT,
                    "this client may not use the device authorization grant",
                    new Refusal(
                            OAuth2ErrorCodes.UNAUTHORIZED_CLIENT,
                            AuthorizationGrantType.DEVICE_CODE.getValue() + " is not among the client's grant types",
                            "Add it if the client is meant for phones without a browser.",
                            Concerned.client(client.getClientId())));
        }
    }

    private OAuth2AccessTokenAuthenticationToken begin(
            DeviceCode code,
            Poll.Claimed claimed,
            Optional<PhoneCertificate> certificate,
            Optional<Confirmation> proven,
            OAuth2ClientAuthenticationToken caller,
            OAuth2DeviceCodeAuthenticationToken request) {
        RegisteredClient client = Objects.requireNonNull(caller.getRegisteredClient());
        requireFor(claimed.device(), certificate, client);
        Holder holder = requireHolder(claimed.subscriber(), claimed.device(), client);
        Begun begun = families.begin(
                new Login(client, claimed.subscriber(), Optional.of(claimed.device()), DeskPhoneGrants.SCOPES, proven));
        try {
            requireNotEnded(claimed, begun, client);
            OAuth2AccessTokenAuthenticationToken tokens = PhoneTokens.first(holder, begun, proven, caller, request);
            if (!codes.bind(code, claimed.claim(), begun.familyId(), clock.instant())) {
                throw pending(); // too slow: another poll has begun a login, or is about to
            }
            return tokens;
        } catch (RuntimeException e) {
            families.revoke(begun.familyId(), "no tokens were handed out");
            throw e;
        }
    }

    /** Somebody else may have allowed it in the subscriber's name, and have been found out since. */
    private void requireNotEnded(Poll.Claimed claimed, Begun begun, RegisteredClient client) {
        if (families.endedSince(claimed.subscriber(), Optional.of(claimed.device()), claimed.allowed())) {
            throw invalid(
                    "ended_since",
                    "all logins of its subscriber or device were ended after it was allowed",
                    "Nothing: whoever ended those logins meant this one, too. The phone shows a new code.",
                    new Concerned(begun.familyId(), claimed.subscriber(), claimed.device(), client.getClientId()));
        }
    }

    private OAuth2AccessTokenAuthenticationToken repeat(
            Poll.Again again,
            Optional<PhoneCertificate> certificate,
            Optional<Confirmation> proven,
            OAuth2ClientAuthenticationToken caller,
            OAuth2DeviceCodeAuthenticationToken request) {
        RegisteredClient client = Objects.requireNonNull(caller.getRegisteredClient());
        requireFor(again.device(), certificate, client);
        Holder holder = requireHolder(again.subscriber(), again.device(), client);
        Begun begun = families.again(again.familyId(), client, proven)
                .orElseThrow(() -> invalid(
                        "revoked",
                        "the login that the code began is over, or bound to another certificate or key",
                        "The login was revoked: look for the event \"revoked\" of this session.",
                        new Concerned(again.familyId(), again.subscriber(), again.device(), client.getClientId())));
        return PhoneTokens.first(holder, begun, proven, caller, request);
    }

    /** The device that was asked for is known only now. */
    private static void requireFor(String device, Optional<PhoneCertificate> certificate, RegisteredClient client) {
        if (certificate.isPresent() && !certificate.get().device().equals(device)) {
            throw invalid(
                    "wrong_device",
                    "the certificate is for " + certificate.get().device(),
                    "If it was a phone of yours, correct its device name; if not, somebody tries the name of another.",
                    new Concerned(null, null, device, client.getClientId()));
        }
    }

    private Holder requireHolder(String subscriber, String device, RegisteredClient client) {
        return accessTokens
                .holder(subscriber, Optional.of(device))
                .orElseThrow(() -> invalid(
                        "not_allowed",
                        "subscriber or device is no longer allowed to",
                        NOT_ALLOWED,
                        new Concerned(null, subscriber, device, client.getClientId())));
    }

    private GrantRefused refusal(Poll poll, RegisteredClient client) {
        Concerned concerned = Concerned.client(client.getClientId());
        if (poll instanceof Poll.Pending) {
            return pending();
        }
        if (poll instanceof Poll.TooEarly) {
            return new GrantRefused("slow_down", "wait 5 seconds longer between polls", "polled too soon");
        }
        if (poll instanceof Poll.Denied) {
            return new GrantRefused(
                    OAuth2ErrorCodes.ACCESS_DENIED,
                    "the subscriber has denied it",
                    new Refusal("denied", null, "See the event \"device_denied\" for who did.", concerned));
        }
        if (poll instanceof Poll.Expired) {
            return new GrantRefused(
                    "expired_token",
                    "the code was not entered in time: ask for a new one",
                    new Refusal(
                            "expired", null, "Nothing: the phone shows a new code when it is asked to.", concerned));
        }
        if (poll instanceof Poll.WrongClient) {
            return invalid(
                    "wrong_client", "the code was issued to another client", "Correct the client_id.", concerned);
        }
        if (poll instanceof Poll.Replayed replayed) {
            families.revoke(replayed.familyId(), "device code used twice");
            return invalid(
                    "code_replayed",
                    "the code was used before",
                    REPLAYED,
                    new Concerned(replayed.familyId(), replayed.subscriber(), replayed.device(), client.getClientId()));
        }
        return unknown();
    }

    private static GrantRefused pending() {
        return new GrantRefused("authorization_pending", "nobody has allowed it yet: poll again", "pending");
    }

    private static GrantRefused unknown() {
        return invalid(
                "unknown_code",
                "no such device code, or it expired long ago",
                "Nothing, if the phone then shows a new code.",
                Concerned.NOBODY);
    }

    private static GrantRefused invalid(String outcome, String detail, String advice, Concerned concerned) {
        return new GrantRefused(
                OAuth2ErrorCodes.INVALID_GRANT,
                "the device code is not valid: ask for a new one",
                new Refusal(outcome, detail, advice, concerned));
    }
}
