package org.sipoauth.authz.grant;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
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
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * How long ago somebody may have signed in to be taken for signed in (OpenID Connect Core §3.1.2.1): {@code max_age} seconds,
 * and with {@code prompt=login} or {@code select_account} they are to sign in anew. New enough is a sign-in of the last ten
 * seconds, and any that was made since somebody was sent to sign in for this very request, however long they and their link
 * take: the session keeps for which request that was, when, and with which sign-in.
 */
final class SignInAge implements Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> {
    static final String MAX_AGE = "max_age";

    /** {@code login_required}: whoever may be shown a page signs in, anybody else's client is told. */
    static final String TOO_OLD = "login_required";

    static final Duration JUST_NOW = Duration.ofSeconds(10);

    /** So much may the clocks of two servers differ. */
    static final Duration SKEW = Duration.ofMinutes(2);

    private static final String SENT = SignInAge.class.getName() + ".SENT";

    /** Spring's, in the link by which a browser comes back from the sign-in. */
    private static final String COMES_BACK = "continue";

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
        if (longest.isEmpty() || who instanceof OAuth2ClientAuthenticationToken) {
            return;
        }
        if (!DeviceParameter.isSomebody(who)) {
            send(request, who);
            return;
        }
        Instant oldest = clock.instant().minus(longest.get());
        if (signedInAt(who).filter(at -> !at.isBefore(oldest)).isEmpty() && !hasBeenBack(request, who)) {
            send(request, who);
            throw refusal(request, TOO_OLD, "the sign-in was too long ago");
        }
    }

    /** Once it is granted: the same link, followed again, asks again. */
    static void done(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.removeAttribute(SENT);
        }
    }

    private void send(OAuth2AuthorizationCodeRequestAuthenticationToken request, Authentication who) {
        RequestAttributes here = RequestContextHolder.getRequestAttributes();
        if (here != null && !SilentRequests.isSilent(request)) {
            here.setAttribute(
                    SENT, List.of(words(request), signIn(who), clock.instant()), RequestAttributes.SCOPE_SESSION);
        }
    }

    private static boolean hasBeenBack(OAuth2AuthorizationCodeRequestAuthenticationToken request, Authentication who) {
        RequestAttributes here = RequestContextHolder.getRequestAttributes();
        return here != null
                && here.getAttribute(SENT, RequestAttributes.SCOPE_SESSION) instanceof List<?> sent
                && sent.get(0).equals(words(request))
                && !sent.get(1).equals(signIn(who))
                && sent.get(2) instanceof Instant since
                && signedInAt(who).filter(at -> at.isAfter(since.minus(SKEW))).isPresent();
    }

    private static String words(OAuth2AuthorizationCodeRequestAuthenticationToken request) {
        Map<String, Object> parameters = new TreeMap<>(request.getAdditionalParameters());
        parameters.remove(COMES_BACK);
        parameters.values().removeIf(value -> !(value instanceof String)); // what was sent twice has no words
        return request.getClientId()
                + ' '
                + request.getRedirectUri()
                + ' '
                + request.getState()
                + ' '
                + new TreeSet<>(request.getScopes())
                + ' '
                + parameters;
    }

    private static String signIn(Authentication who) {
        return signedInAt(who).map(Instant::toString).orElse("");
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
