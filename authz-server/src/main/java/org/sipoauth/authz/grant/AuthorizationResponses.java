package org.sipoauth.authz.grant;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.signin.SignIn;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/**
 * Answers authorization requests: back to the client with a code or an error, each time with {@code iss} (RFC 9207), by
 * which a client of several servers knows who answered. Without a redirect URI that can be trusted the answer stays here.
 *
 * <p>No link to this server sends anybody on before they have signed in here (RFC 9700 §4.11.2): a faulty request leads to
 * the sign-in as a good one does, and its error goes to the client after that. The exception is RFC 9700's own: a request
 * with {@code prompt=none} shows no page, and its error goes to the client, whose redirect URI was set up here.
 */
final class AuthorizationResponses {
    /** OpenID Connect Core §3.1.2.6; Spring names the parameter alone. */
    private static final Map<String, String> WORDS = Map.of(
            "login_required", "nobody is signed in here, or not lately enough: ask again without prompt=none",
            "consent_required", "the user has not allowed this yet: ask again without prompt=none");

    private final HttpSessionRequestCache errands = new HttpSessionRequestCache();
    private final String issuer;
    private final Audit audit;
    private final GrantMetrics metrics;

    AuthorizationResponses(String issuer, Audit audit, GrantMetrics metrics) {
        errands.setRequestMatcher(PathPatternRequestMatcher.pathPattern(HttpMethod.GET, "/oauth2/authorize"));
        this.issuer = issuer;
        this.audit = audit;
        this.metrics = metrics;
    }

    void granted(HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws IOException {
        var result = (OAuth2AuthorizationCodeRequestAuthenticationToken) authentication;
        SignInAge.done(request);
        String code = Objects.requireNonNull(result.getAuthorizationCode()).getTokenValue();
        audit.event("code_issued")
                .with("user", result.getName())
                .with("client", result.getClientId())
                .with("scope", String.join(" ", result.getScopes()))
                .write();
        Map<String, @Nullable String> parameters = new LinkedHashMap<>();
        parameters.put("code", code);
        redirect(response, Objects.requireNonNull(result.getRedirectUri()), parameters, result.getState());
    }

    void refused(HttpServletRequest request, HttpServletResponse response, AuthenticationException exception)
            throws IOException {
        OAuth2Error error = ((OAuth2AuthenticationException) exception).getError();
        OAuth2AuthorizationCodeRequestAuthenticationToken refused =
                exception instanceof OAuth2AuthorizationCodeRequestAuthenticationException refusal
                        ? refusal.getAuthorizationCodeRequestAuthentication()
                        : null;
        boolean canGoBack = refused != null
                && refused.getRedirectUri() != null
                && !refused.getRedirectUri().isBlank();
        boolean mustSignIn =
                canGoBack && (!isSignedIn(refused) || error.getErrorCode().equals(SignInAge.TOO_OLD));
        if (mustSignIn && !SilentRequests.isSilent(refused)) {
            signInFirst(request, response); // nobody is refused yet
            return;
        }
        metrics.refused("authorization_request", error.getErrorCode());
        record(error, refused, request.getRemoteAddr());
        if (!canGoBack) {
            response.sendError(HttpStatus.BAD_REQUEST.value());
            return;
        }
        Map<String, @Nullable String> parameters = new LinkedHashMap<>();
        parameters.put("error", error.getErrorCode());
        parameters.put("error_description", WORDS.getOrDefault(error.getErrorCode(), error.getDescription()));
        redirect(response, refused.getRedirectUri(), parameters, refused.getState());
    }

    private void signInFirst(HttpServletRequest request, HttpServletResponse response) throws IOException {
        errands.saveRequest(request, response);
        response.sendRedirect(SignIn.PAGE);
    }

    private void record(
            OAuth2Error error, @Nullable OAuth2AuthorizationCodeRequestAuthenticationToken refused, String address) {
        boolean signedIn = refused != null && isSignedIn(refused);
        Audit.Entry entry = audit.event("authorization_refused")
                .with("user", signedIn ? refused.getName() : null)
                .with(signedIn ? "client" : "named_client", refused == null ? null : refused.getClientId())
                .with("outcome", error.getErrorCode())
                .with("detail", error.getDescription());
        if (signedIn) {
            entry.keepOnceAMinute();
        } else {
            entry.keepOfNobody(address);
        }
    }

    private static boolean isSignedIn(OAuth2AuthorizationCodeRequestAuthenticationToken request) {
        return request.getPrincipal() instanceof Authentication who
                && who.isAuthenticated()
                && !(who instanceof AnonymousAuthenticationToken);
    }

    private void redirect(
            HttpServletResponse response,
            String redirectUri,
            Map<String, @Nullable String> parameters,
            @Nullable String state)
            throws IOException {
        parameters.put("state", state);
        parameters.put("iss", issuer);
        UriComponentsBuilder uri = UriComponentsBuilder.fromUriString(redirectUri);
        parameters.forEach((name, value) -> {
            if (value != null && !value.isEmpty()) {
                uri.queryParam(name, UriUtils.encode(value, StandardCharsets.UTF_8));
            }
        });
        response.sendRedirect(uri.build(true).toUriString());
    }
}
