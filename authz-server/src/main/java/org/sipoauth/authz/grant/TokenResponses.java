package org.sipoauth.authz.grant;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.sipoauth.authz.client.Clients;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.ServletServerHttpResponse;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.http.converter.OAuth2ErrorHttpMessageConverter;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.web.authentication.OAuth2AccessTokenResponseAuthenticationSuccessHandler;

/** Answers token requests of every grant (RFC 6749 §5), and records and counts each answer. */
final class TokenResponses {
    private static final String TEMPORARILY_UNAVAILABLE = OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE;

    private final OAuth2AccessTokenResponseAuthenticationSuccessHandler success =
            new OAuth2AccessTokenResponseAuthenticationSuccessHandler();
    private final OAuth2ErrorHttpMessageConverter errors = new OAuth2ErrorHttpMessageConverter();
    private final Clients clients;
    private final Audit audit;
    private final GrantMetrics metrics;

    TokenResponses(Clients clients, Audit audit, GrantMetrics metrics) {
        this.clients = clients;
        this.audit = audit;
        this.metrics = metrics;
        this.success.setAccessTokenResponseCustomizer(TokenResponses::tellRefreshTokenLife);
    }

    void issued(HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws IOException, ServletException {
        var result = (OAuth2AccessTokenAuthenticationToken) authentication;
        JWTClaimsSet claims = claimsOf(result.getAccessToken().getTokenValue());
        String grant = request.getParameter(OAuth2ParameterNames.GRANT_TYPE);
        audit.event("issued")
                .with("grant", grant)
                .with("user", claims.getSubject())
                .with("device", claims.getClaim("device_name"))
                .with("client", claims.getClaim("client_id"))
                .with("scope", claims.getClaim("scope"))
                .with("jti", claims.getJWTID())
                .with("exp", claims.getExpirationTime().toInstant())
                .write();
        metrics.issued(grant);
        success.onAuthenticationSuccess(request, response, authentication);
    }

    void refused(HttpServletRequest request, HttpServletResponse response, AuthenticationException exception)
            throws IOException {
        OAuth2Error error = exception instanceof OAuth2AuthenticationException oauth
                ? oauth.getError()
                : new OAuth2Error(OAuth2ErrorCodes.SERVER_ERROR);
        String grant = request.getParameter(OAuth2ParameterNames.GRANT_TYPE);
        Refusal refusal = exception instanceof GrantRefused refused
                ? refused.refusal()
                : new Refusal(error.getErrorCode(), error.getDescription(), null, Concerned.NOBODY);
        record(refusal, error, request);
        metrics.refused(grant, error.getErrorCode());
        write(response, error);
    }

    /** Into the trail if it is about a login or a client that is known; anybody can send anything else. */
    private void record(Refusal refusal, OAuth2Error error, HttpServletRequest request) {
        Optional<String> caller = clientOf(request);
        Refusal attributed = caller.map(refusal::orClient).orElse(refusal);
        Audit.Entry entry = audit.event("refused")
                .with("grant", request.getParameter(OAuth2ParameterNames.GRANT_TYPE))
                .because(attributed)
                .with("error", error.getErrorCode())
                .with("address", request.getRemoteAddr());
        if (!caller.equals(Optional.ofNullable(attributed.concerned().client()))) {
            entry.with("requesting_client", caller.orElse(null));
        }
        if (attributed.concerned().equals(Concerned.NOBODY)) {
            entry.write();
        } else {
            entry.keepOnceAMinute();
        }
    }

    /** So that a phone knows when its user will have to sign in again. */
    private static void tellRefreshTokenLife(OAuth2AccessTokenAuthenticationContext context) {
        OAuth2AccessTokenAuthenticationToken result = context.getAuthentication();
        OAuth2RefreshToken refreshToken = result.getRefreshToken();
        if (refreshToken != null && refreshToken.getIssuedAt() != null && refreshToken.getExpiresAt() != null) {
            Map<String, Object> parameters = new LinkedHashMap<>(result.getAdditionalParameters());
            parameters.put(
                    "refresh_token_expires_in",
                    Duration.between(refreshToken.getIssuedAt(), refreshToken.getExpiresAt())
                            .toSeconds());
            context.getAccessTokenResponse().additionalParameters(parameters);
        }
    }

    private void write(HttpServletResponse response, OAuth2Error error) throws IOException {
        ServletServerHttpResponse answer = new ServletServerHttpResponse(response);
        switch (error.getErrorCode()) {
            case OAuth2ErrorCodes.INVALID_CLIENT -> {
                answer.setStatusCode(HttpStatus.UNAUTHORIZED);
                answer.getHeaders().set(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"token\""); // RFC 6749 §5.2
            }
            case TEMPORARILY_UNAVAILABLE -> {
                answer.setStatusCode(HttpStatus.SERVICE_UNAVAILABLE);
                answer.getHeaders().set(HttpHeaders.RETRY_AFTER, "2");
            }
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

    private static JWTClaimsSet claimsOf(String ownToken) {
        try {
            return SignedJWT.parse(ownToken).getJWTClaimsSet();
        } catch (ParseException e) {
            throw new IllegalStateException("this server issued a token that does not parse", e);
        }
    }
}
