package org.sipoauth.authz.grant;

import java.util.Optional;
import java.util.function.Consumer;
import org.sipoauth.authz.client.Scopes;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;

/**
 * Our own parameter of the authorization request: {@code device_name}, required with the scope {@code sip.register}.
 * Spring runs this check twice: before the sign-in, when only the form of the request can be judged, and after it.
 */
final class DeviceParameter implements Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> {
    static final String NAME = "device_name";

    private final Devices devices;
    private final Accounts accounts;

    DeviceParameter(Devices devices, Accounts accounts) {
        this.devices = devices;
        this.accounts = accounts;
    }

    /** The device that a granted request names; only a request to register has one. */
    static Optional<String> of(OAuth2AuthorizationRequest request) {
        return request.getScopes().contains(Scopes.REGISTER)
                ? Optional.ofNullable(request.getAdditionalParameters().get(NAME))
                        .map(Object::toString)
                : Optional.empty();
    }

    @Override
    public void accept(OAuth2AuthorizationCodeRequestAuthenticationContext context) {
        OAuth2AuthorizationCodeRequestAuthenticationToken request = context.getAuthentication();
        if (request.getScopes().isEmpty()) {
            throw refusal(request, OAuth2ErrorCodes.INVALID_SCOPE, "name at least one scope");
        }
        Object value = request.getAdditionalParameters().get(NAME);
        if (request.getScopes().contains(Scopes.REGISTER) && !(value instanceof String name && Device.isName(name))) {
            throw refusal(
                    request,
                    OAuth2ErrorCodes.INVALID_REQUEST,
                    NAME + " is required once with the scope " + Scopes.REGISTER);
        }
        Authentication who = (Authentication) request.getPrincipal();
        if (isSomebody(who)) {
            requireSubscriber(request, who);
            requireOwnDevice(request, who.getName());
        }
    }

    /** Who asks has signed in: a pushed request comes from the client, before anybody does. */
    static boolean isSomebody(Authentication who) {
        return who.isAuthenticated()
                && !(who instanceof OAuth2ClientAuthenticationToken)
                && !(who instanceof AnonymousAuthenticationToken);
    }

    /** Neither an administrator, nor somebody who has yet to replace a one-time password. */
    private void requireSubscriber(OAuth2AuthorizationCodeRequestAuthenticationToken request, Authentication who) {
        boolean signedInAsOne =
                who.getAuthorities().stream().anyMatch(authority -> "ROLE_SUBSCRIBER".equals(authority.getAuthority()));
        if (!signedInAsOne || !accounts.isSubscriber(who.getName())) {
            throw refusal(request, OAuth2ErrorCodes.ACCESS_DENIED, "only subscribers sign in on phones");
        }
    }

    /** The same answer whether there is no such device, it is another's, or OAuth is off for it. */
    private void requireOwnDevice(OAuth2AuthorizationCodeRequestAuthenticationToken request, String account) {
        if (request.getScopes().contains(Scopes.REGISTER)) {
            String name = String.valueOf(request.getAdditionalParameters().get(NAME));
            devices.findUsable(name, account)
                    .orElseThrow(() -> refusal(
                            request,
                            OAuth2ErrorCodes.ACCESS_DENIED,
                            "the device is not one that this subscriber may use"));
        }
    }

    private static OAuth2AuthorizationCodeRequestAuthenticationException refusal(
            OAuth2AuthorizationCodeRequestAuthenticationToken request, String error, String description) {
        return new OAuth2AuthorizationCodeRequestAuthenticationException(
                new OAuth2Error(error, description, null), request);
    }
}
