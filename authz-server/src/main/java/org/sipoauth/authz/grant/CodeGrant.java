package org.sipoauth.authz.grant;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.sipoauth.authz.dpop.DpopProofs;
import org.sipoauth.authz.grant.AuthorizationCodes.Redemption;
import org.sipoauth.authz.grant.LoginFamilies.Begun;
import org.sipoauth.authz.grant.LoginFamilies.Login;
import org.sipoauth.authz.token.AccessTokens;
import org.sipoauth.authz.token.AccessTokens.Holder;
import org.sipoauth.authz.token.AccessTokens.LoginReference;
import org.sipoauth.authz.token.Confirmation;
import org.springframework.dao.DataAccessException;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.context.AuthorizationServerContextHolder;
import org.springframework.security.oauth2.server.authorization.token.DefaultOAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.JwtGenerator;

/**
 * Exchanges an authorization code for tokens (RFC 6749 §4.1.3). The verifier was checked when the client authenticated
 * (RFC 7636 §4.6). The code is used up by the first attempt, right or wrong; a second one ends what the first began
 * (RFC 6749 §4.1.2, RFC 9700 §4.2.4). An attempt that the store does not let begin a login is none. Spring's own
 * provider lets two requests at the same instant through.
 */
final class CodeGrant implements AuthenticationProvider {
    private static final String TRY_AGAIN = "Nothing, if its user signs in again: a code lives for a minute.";
    private static final String NOT_ALLOWED = "See whether there still is such a subscriber, and whether the device is"
            + " theirs and OAuth is switched on for it; then sign in again.";
    private static final String ENDED =
            "Nothing: whoever ended those logins meant this one, too. The user signs in again.";
    private static final String REPLAYED = "Find out how somebody else came by the code: another app on the phone, or a"
            + " proxy between. What it began is over, and its user signs in again.";

    private final AuthorizationCodes codes;
    private final AccessTokens accessTokens;
    private final DpopProofs proofs;
    private final LoginFamilies families;
    private final JwtGenerator generator;
    private final Clock clock;

    CodeGrant(
            AuthorizationCodes codes,
            AccessTokens accessTokens,
            DpopProofs proofs,
            LoginFamilies families,
            JwtGenerator generator,
            Clock clock) {
        this.codes = codes;
        this.accessTokens = accessTokens;
        this.proofs = proofs;
        this.families = families;
        this.generator = generator;
        this.clock = clock;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return OAuth2AuthorizationCodeAuthenticationToken.class.isAssignableFrom(authentication);
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        var request = (OAuth2AuthorizationCodeAuthenticationToken) authentication;
        OAuth2ClientAuthenticationToken caller = requireClient(request);
        RegisteredClient client = Objects.requireNonNull(caller.getRegisteredClient());

        Optional<Confirmation> proven = proofs.of(request); // first: a request that is told so may come again
        Redemption.Redeemed redeemed = redeem(request.getCode());
        OAuth2Authorization login = redeemed.authorization();
        Optional<String> device = DeviceParameter.of(requestOf(login));
        Concerned concerned =
                new Concerned(null, login.getPrincipalName(), device.orElse(null), login.getRegisteredClientId());
        requireSameClient(login, client, concerned);
        requireSameRedirectUri(login, request, concerned);
        requireKeyOfTheRequest(login, proven, concerned);

        Holder holder = accessTokens
                .holder(login.getPrincipalName(), device)
                .orElseThrow(() ->
                        refusal("not_allowed", "subscriber or device is no longer allowed to", NOT_ALLOWED, concerned));
        if (!client.getAuthorizationGrantTypes().contains(AuthorizationGrantType.REFRESH_TOKEN)) {
            requireNotEnded(login, concerned);
            return tokens(login, request, caller, holder, proven, null);
        }
        Begun begun = begin(
                request.getCode(),
                redeemed.use(),
                new Login(client, login.getPrincipalName(), device, login.getAuthorizedScopes(), proven),
                concerned);
        try {
            requireNotEnded(login, concerned);
            return tokens(login, request, caller, holder, proven, begun);
        } catch (RuntimeException e) {
            families.revoke(begun.familyId(), "no tokens could be made");
            throw e;
        }
    }

    private OAuth2AccessTokenAuthenticationToken tokens(
            OAuth2Authorization login,
            OAuth2AuthorizationCodeAuthenticationToken request,
            OAuth2ClientAuthenticationToken caller,
            Holder holder,
            Optional<Confirmation> proven,
            @Nullable Begun begun) {
        RegisteredClient client = Objects.requireNonNull(caller.getRegisteredClient());
        OAuth2AccessToken accessToken = holder.mint(
                client,
                Optional.ofNullable(begun).map(family -> new LoginReference(family.familyId(), family.status())),
                proven,
                login.getAuthorizedScopes());
        return new OAuth2AccessTokenAuthenticationToken(
                client,
                caller,
                accessToken,
                begun == null ? null : begun.refreshToken(),
                idToken(login, client, request));
    }

    private static OAuth2ClientAuthenticationToken requireClient(OAuth2AuthorizationCodeAuthenticationToken request) {
        if (request.getPrincipal() instanceof OAuth2ClientAuthenticationToken client && client.isAuthenticated()) {
            return client;
        }
        throw new GrantRefused(OAuth2ErrorCodes.INVALID_CLIENT, "authenticate the client", "no client authentication");
    }

    private Redemption.Redeemed redeem(String code) {
        Redemption redemption = codes.redeem(code);
        if (redemption instanceof Redemption.Redeemed redeemed) {
            return redeemed;
        }
        if (redemption instanceof Redemption.Replayed replayed) {
            replayed.familyId().ifPresent(family -> families.revoke(family, "authorization code used twice"));
            throw refusal(
                    "code_replayed",
                    "the code was used before",
                    REPLAYED,
                    new Concerned(replayed.familyId().orElse(null), null, null, null));
        }
        throw refusal("unknown_code", "no such code, or it has expired", TRY_AGAIN, Concerned.NOBODY);
    }

    private static void requireSameClient(OAuth2Authorization login, RegisteredClient client, Concerned concerned) {
        if (!login.getRegisteredClientId().equals(client.getId())) {
            throw refusal("wrong_client", "the code was issued to another client", REPLAYED, concerned);
        }
    }

    private static void requireSameRedirectUri(
            OAuth2Authorization login, OAuth2AuthorizationCodeAuthenticationToken request, Concerned concerned) {
        String asked = requestOf(login).getRedirectUri();
        if (asked != null && !asked.equals(request.getRedirectUri())) {
            throw refusal(
                    "wrong_redirect_uri",
                    "redirect_uri is not that of the authorization request",
                    "Correct the client: both its requests must carry the same redirect URI.",
                    concerned);
        }
    }

    /** RFC 9449 §10: a code that was asked for with a key is good with that key alone. */
    private static void requireKeyOfTheRequest(
            OAuth2Authorization login, Optional<Confirmation> proven, Concerned concerned) {
        Object asked = requestOf(login).getAdditionalParameters().get(PushedRequests.KEY_PARAMETER);
        if (asked != null && !Optional.of(asked).equals(proven.map(Confirmation::thumbprint))) {
            throw refusal(
                    "proven_otherwise",
                    "not the key of the authorization request",
                    "Correct the client, if it is one of yours: both its requests must name the same key.",
                    concerned);
        }
    }

    private Begun begin(String code, String use, Login login, Concerned concerned) {
        @Nullable Begun begun = null;
        try {
            begun = families.begin(login);
            if (codes.bind(code, begun.familyId())) {
                return begun;
            }
        } catch (DataAccessException storeAway) {
            takeBack(code, use, begun, storeAway);
            throw storeAway;
        }
        families.revoke(begun.familyId(), "authorization code used twice");
        throw refusal("code_replayed", "the code was used again at the same time", REPLAYED, concerned);
    }

    /** The client is asked to come again, which would be a replay. Where the store is gone altogether, its user signs in again. */
    private void takeBack(String code, String use, @Nullable Begun begun, DataAccessException why) {
        try {
            codes.putBack(code, use, clock.instant());
            if (begun != null) {
                families.revoke(begun.familyId(), "no tokens were handed out");
            }
        } catch (DataAccessException e) {
            why.addSuppressed(e);
        }
    }

    /** Somebody else may have signed in, and have been found out since. */
    private void requireNotEnded(OAuth2Authorization login, Concerned concerned) {
        Instant granted = Objects.requireNonNull(Objects.requireNonNull(login.getToken(OAuth2AuthorizationCode.class))
                .getToken()
                .getIssuedAt());
        if (families.endedSince(login.getPrincipalName(), DeviceParameter.of(requestOf(login)), granted)) {
            throw refusal(
                    "ended_since",
                    "all logins of its user or device were ended after it was given out",
                    ENDED,
                    concerned);
        }
    }

    /** OpenID Connect Core §3.1.3.3; empty unless asked for. */
    private Map<String, Object> idToken(OAuth2Authorization login, RegisteredClient client, Authentication grant) {
        if (!login.getAuthorizedScopes().contains(OidcScopes.OPENID)) {
            return Map.of();
        }
        @Nullable
        Jwt idToken = generator.generate(DefaultOAuth2TokenContext.builder()
                .registeredClient(client)
                .principal(UsernamePasswordAuthenticationToken.authenticated(login.getPrincipalName(), null, List.of()))
                .authorizationServerContext(AuthorizationServerContextHolder.getContext())
                .authorization(login)
                .authorizedScopes(login.getAuthorizedScopes())
                .tokenType(new OAuth2TokenType(OidcParameterNames.ID_TOKEN))
                .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .authorizationGrant(grant)
                .build());
        return Map.of(
                OidcParameterNames.ID_TOKEN, Objects.requireNonNull(idToken).getTokenValue());
    }

    private static OAuth2AuthorizationRequest requestOf(OAuth2Authorization login) {
        return Objects.requireNonNull(login.getAttribute(OAuth2AuthorizationRequest.class.getName()));
    }

    private static GrantRefused refusal(String outcome, String detail, String advice, Concerned concerned) {
        return new GrantRefused(
                OAuth2ErrorCodes.INVALID_GRANT,
                "the authorization code is not valid for this request",
                new Refusal(outcome, detail, advice, concerned));
    }
}
