package org.sipoauth.authz.web;

import static org.springframework.http.HttpMethod.DELETE;
import static org.springframework.http.HttpMethod.GET;
import static org.springframework.http.HttpMethod.POST;
import static org.springframework.http.HttpMethod.PUT;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.client.Scopes;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Which scope a request to the administration API needs. The first row that fits decides; what no row names, such as an
 * endpoint that was added without one, is for the scope {@code admin} alone.
 */
final class AdministrationRights implements AuthorizationManager<RequestAuthorizationContext> {
    private static final List<Row> TABLE = List.of(
            // what is so
            row(GET, "/users/**", Scopes.ADMIN_READ),
            row(GET, "/administrators/**", Scopes.ADMIN_READ),
            row(GET, "/devices/**", Scopes.ADMIN_READ),
            row(GET, "/security-profiles/**", Scopes.ADMIN_READ),
            row(GET, "/sessions/**", Scopes.ADMIN_READ),
            row(GET, "/revocations/**", Scopes.ADMIN_READ),
            row(GET, "/audit", Scopes.ADMIN_READ),
            row(GET, "/keys", Scopes.ADMIN_READ),
            row(GET, "/edges/**", Scopes.ADMIN_READ),
            row(GET, "/sip-oauth-mode", Scopes.ADMIN_READ),
            row(GET, "/parameters/**", Scopes.ADMIN_READ),
            row(GET, "/nodes/**", Scopes.ADMIN_READ),
            row(GET, "/openapi.yaml", Scopes.ADMIN_READ),
            // the daily work on people, phones and their logins
            row(PUT, "/users/*", Scopes.ADMIN_OPERATE),
            row(DELETE, "/users/*", Scopes.ADMIN_OPERATE),
            row(POST, "/users/*/password", Scopes.ADMIN_OPERATE),
            row(PUT, "/devices/**", Scopes.ADMIN_OPERATE),
            row(POST, "/devices/**", Scopes.ADMIN_OPERATE),
            row(DELETE, "/devices/**", Scopes.ADMIN_OPERATE),
            row(POST, "/activation-codes", Scopes.ADMIN_OPERATE),
            row(POST, "/revocations", Scopes.ADMIN_OPERATE));

    /** Each with those above it, which hold its rights as well. */
    private static final List<String> SCOPES = List.of(Scopes.ADMIN_READ, Scopes.ADMIN_OPERATE, Scopes.ADMIN);

    private record Row(HttpMethod method, PathPattern path, String scope) {
        boolean fits(String requestMethod, PathContainer requestPath) {
            return method.name().equals(requestMethod) && path.matches(requestPath);
        }
    }

    private static Row row(HttpMethod method, String path, String scope) {
        return new Row(method, PathPatternParser.defaultInstance.parse(AdministrationEndpoint.PATH + path), scope);
    }

    /** The least scope that lets a client make this request. */
    static String scopeFor(HttpServletRequest request) {
        return scopeFor(request.getMethod(), request.getRequestURI());
    }

    static String scopeFor(String method, String path) {
        String readLike = method.equals(HttpMethod.HEAD.name()) ? GET.name() : method;
        PathContainer parsed = PathContainer.parsePath(path);
        return TABLE.stream()
                .filter(row -> row.fits(readLike, parsed))
                .findFirst()
                .map(Row::scope)
                .orElse(Scopes.ADMIN);
    }

    @Override
    public AuthorizationDecision authorize(
            Supplier<? extends @Nullable Authentication> who, RequestAuthorizationContext context) {
        String least = scopeFor(context.getRequest());
        Set<String> enough = Set.copyOf(SCOPES.subList(SCOPES.indexOf(least), SCOPES.size()));
        Authentication client = who.get();
        return new AuthorizationDecision(client != null
                && client.isAuthenticated()
                && client.getAuthorities().stream()
                        .anyMatch(authority -> String.valueOf(authority.getAuthority())
                                        .startsWith("SCOPE_")
                                && enough.contains(authority.getAuthority().substring("SCOPE_".length()))));
    }
}
