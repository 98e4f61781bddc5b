package org.sipoauth.authz.grant;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;

/**
 * How long ago somebody may have signed in to be taken for signed in (OpenID Connect Core §3.1.2.1): {@code max_age} seconds,
 * and with {@code prompt=login} or {@code select_account} they are to sign in anew. A sign-in of the last ten seconds is
 * always new enough, for it is the one that was asked for.
 */
final class SignInAge implements Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> {
    static final String MAX_AGE = "max_age";

    /** {@code login_required}: whoever may be shown a page signs in, anybody else's client is told. */
    static final String TOO_OLD = "login_required";

    static final Duration JUST_NOW = Duration.ofSeconds(10);
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    private final Clock clock;

    SignInAge(Clock clock) {
        this.clock = clock;
    }

    /** When somebody last proved who they are; empty if nobody knows. */
    static Optional<Instant> signedInAt(Authentication who) {
        return who.getAuthorities().stream()
                .filter(FactorGrantedAuthority.class::isInstance)
                .map(factor -> ((FactorGrantedAuthority) factor).getIssuedAt())
                .max(Comparator.naturalOrder());
    }

    @Override
    public void accept(OAuth2AuthorizationCodeRequestAuthenticationContext context) {
        OAuth2AuthorizationCodeRequestAuthenticationToken request = context.getAuthentication();
        if (!request.getScopes().contains(OidcScopes.OPENID)) {
            return; // these are no parameters of OAuth
        }
        Optional<Duration> longest = longest(request);
        Authentication who = (Authentication) request.getPrincipal();
        if (longest.isEmpty() || !DeviceParameter.isSomebody(who)) {
            return;
        }
        Instant oldest = clock.instant().minus(longest.get());
        if (signedInAt(who).filter(at -> !at.isBefore(oldest)).isEmpty()) {
            throw refusal(request, TOO_OLD, "the sign-in was too long ago");
        }
    }

    private static Optional<Duration> longest(OAuth2AuthorizationCodeRequestAuthenticationToken request) {
        List<String> prompt = SilentRequests.prompt(request);
        Object maxAge = request.getAdditionalParameters().get(MAX_AGE);
        if (maxAge != null
                && !(maxAge instanceof String text && SECONDS.matcher(text).matches())) {
            throw refusal(request, OAuth2ErrorCodes.INVALID_REQUEST, MAX_AGE + " is a number of seconds");
        }
        if (prompt.contains("login") || prompt.contains("select_account")) {
            return Optional.of(JUST_NOW);
        }
        return Optional.ofNullable(maxAge)
                .map(seconds -> Duration.ofSeconds(Long.parseLong((String) seconds)))
                .map(age -> age.compareTo(JUST_NOW) < 0 ? JUST_NOW : age);
    }

    private static OAuth2AuthorizationCodeRequestAuthenticationException refusal(
            OAuth2AuthorizationCodeRequestAuthenticationToken request, String error, String description) {
        return new OAuth2AuthorizationCodeRequestAuthenticationException(
                new OAuth2Error(error, description, null), request);
    }
}
