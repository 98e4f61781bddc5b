package org.sipoauth.authz.grant;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.sipoauth.authz.client.Clients;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.ServletServerHttpResponse;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.AbstractOAuth2Token;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.http.converter.OAuth2ErrorHttpMessageConverter;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Answers token requests of every grant (RFC 6749 §5), and records and counts each answer. */
final class TokenResponses {
    private static final String TEMPORARILY_UNAVAILABLE = OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE;

    /** What a polling phone is told until there is a decision to record (RFC 8628 §3.5). */
    private static final Set<String> UNDECIDED = Set.of("authorization_pending", "slow_down");

    private static final JsonMapper JSON = new JsonMapper();
    private static final ObjectReader CLAIMS = JSON.readerFor(new TypeReference<Map<String, Object>>() {});

    private final OAuth2ErrorHttpMessageConverter errors = new OAuth2ErrorHttpMessageConverter();
    private final Clients clients;
    private final Audit audit;
    private final GrantMetrics metrics;

    TokenResponses(Clients clients, Audit audit, GrantMetrics metrics) {
        this.clients = clients;
        this.audit = audit;
        this.metrics = metrics;
    }

    void issued(HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws IOException {
        var result = (OAuth2AccessTokenAuthenticationToken) authentication;
        OAuth2AccessToken token = result.getAccessToken();
        Map<String, Object> claims = claimsOf(token.getTokenValue());
        String grant = request.getParameter(OAuth2ParameterNames.GRANT_TYPE);
        audit.event("issued")
                .with("grant", grant)
                .with("user", claims.get("sub"))
                .with("device", claims.get("device_name"))
                .with("client", claims.get("client_id"))
                .with("scope", claims.get("scope"))
                .with("jti", claims.get("jti"))
                .with("exp", Instant.ofEpochSecond(((Number) claims.get("exp")).longValue()))
                .write();
        metrics.issued(grant);
        write(response, HttpServletResponse.SC_OK, JSON.writeValueAsBytes(response(result)));
    }

    /** RFC 6749 §5.1, and how long the refresh token lives: a phone wants to know when its user has to sign in again. */
    private static Map<String, Object> response(OAuth2AccessTokenAuthenticationToken result) {
        OAuth2AccessToken token = result.getAccessToken();
        OAuth2RefreshToken refreshToken = result.getRefreshToken();
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("access_token", token.getTokenValue());
        response.put("token_type", token.getTokenType().getValue());
        response.put("expires_in", lifeOf(token));
        if (!token.getScopes().isEmpty()) {
            response.put("scope", String.join(" ", token.getScopes()));
        }
        if (refreshToken != null) {
            response.put("refresh_token", refreshToken.getTokenValue());
            response.put("refresh_token_expires_in", lifeOf(refreshToken));
        }
        response.putAll(result.getAdditionalParameters());
        return response;
    }

    private static long lifeOf(AbstractOAuth2Token token) {
        return Duration.between(
                        Objects.requireNonNull(token.getIssuedAt()), Objects.requireNonNull(token.getExpiresAt()))
                .toSeconds();
    }

    void refused(HttpServletRequest request, HttpServletResponse response, AuthenticationException exception)
            throws IOException {
        String grant = request.getParameter(OAuth2ParameterNames.GRANT_TYPE);
        refused(grant, request, response, exception);
    }

    /** Answers a phone that asked for codes and gets none (RFC 8628 §3.1). */
    void deviceAuthorizationRefused(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException exception)
            throws IOException {
        refused(GrantMetrics.DEVICE_AUTHORIZATION, request, response, exception);
    }

    /** Answers a client whose pushed authorization request is not taken (RFC 9126 §2.3). */
    void pushedRequestRefused(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException exception)
            throws IOException {
        refused(GrantMetrics.PUSHED_REQUEST, request, response, exception);
    }

    private void refused(
            @Nullable String grant,
            HttpServletRequest request,
            HttpServletResponse response,
            AuthenticationException exception)
            throws IOException {
        OAuth2Error error = exception instanceof OAuth2AuthenticationException oauth
                ? oauth.getError()
                : new OAuth2Error(OAuth2ErrorCodes.SERVER_ERROR);
        Refusal refusal = exception instanceof GrantRefused refused
                ? refused.refusal()
                : new Refusal(error.getErrorCode(), error.getDescription(), null, Concerned.NOBODY);
        if (!UNDECIDED.contains(error.getErrorCode())) {
            record(refusal, error, grant, request);
        }
        metrics.refused(grant, error.getErrorCode());
        if (exception instanceof GrantRefused refused && error.getErrorCode().equals(TEMPORARILY_UNAVAILABLE)) {
            response.setHeader(
                    HttpHeaders.RETRY_AFTER, Long.toString(refused.retryAfter().toSeconds()));
        }
        write(response, error);
    }

    private void record(Refusal refusal, OAuth2Error error, @Nullable String grant, HttpServletRequest request) {
        Optional<String> caller = clientOf(request);
        Refusal attributed = caller.map(refusal::orClient).orElse(refusal);
        Audit.Entry entry =
                audit.event("refused").with("grant", grant).because(attributed).with("error", error.getErrorCode());
        if (!caller.equals(Optional.ofNullable(attributed.concerned().client()))) {
            entry.with("requesting_client", caller.orElse(null));
        }
        if (attributed.concerned().equals(Concerned.NOBODY)
                || !attributed.named().equals(Concerned.NOBODY)) {
            entry.keepOfNobody(request.getRemoteAddr());
        } else {
            entry.with("address", request.getRemoteAddr()).keepOnceAMinute();
        }
    }

    private void write(HttpServletResponse response, OAuth2Error error) throws IOException {
        ServletServerHttpResponse answer = new ServletServerHttpResponse(response);
        switch (error.getErrorCode()) {
            case OAuth2ErrorCodes.INVALID_CLIENT -> {
                answer.setStatusCode(HttpStatus.UNAUTHORIZED);
                answer.getHeaders().set(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"token\""); // RFC 6749 §5.2
            }
            case TEMPORARILY_UNAVAILABLE -> answer.setStatusCode(HttpStatus.SERVICE_UNAVAILABLE);
            case OAuth2ErrorCodes.SERVER_ERROR -> answer.setStatusCode(HttpStatus.INTERNAL_SERVER_ERROR);
            default -> answer.setStatusCode(HttpStatus.BAD_REQUEST);
        }
        errors.write(new OAuth2Error(error.getErrorCode(), error.getDescription(), null), null, answer);
    }

    /** The client that authenticated or that the request names, if there is such a client. */
    private Optional<String> clientOf(HttpServletRequest request) {
        if (SecurityContextHolder.getContext().getAuthentication() instanceof OAuth2ClientAuthenticationToken client) {
            return Optional.of(client.getName());
        }
        return Optional.ofNullable(request.getParameter(OAuth2ParameterNames.CLIENT_ID))
                .filter(name -> clients.findByClientId(name) != null);
    }

    private static void write(HttpServletResponse response, int status, byte[] json) throws IOException {
        response.setStatus(status);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setContentLength(json.length);
        response.getOutputStream().write(json);
    }

    private static Map<String, Object> claimsOf(String ownToken) {
        int start = ownToken.indexOf('.') + 1;
        return CLAIMS.readValue(Base64.getUrlDecoder().decode(ownToken.substring(start, ownToken.indexOf('.', start))));
    }
}
