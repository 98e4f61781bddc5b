package org.sipoauth.authz.console;

import static org.springframework.http.HttpMethod.GET;
import static org.springframework.http.HttpMethod.HEAD;
import static org.springframework.http.HttpMethod.POST;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Who may see and do what in the console: what the scope of their role would let them do through the administration API.
 * The first row that fits decides; what no row names, such as a page that was added without one, is for administrators of
 * the highest role alone. Pages ask here, too, so that they show nobody a button that would be refused.
 */
public final class ConsoleRights implements AuthorizationManager<RequestAuthorizationContext> {
    private static final List<Row> TABLE = List.of(
            // the daily work on people, phones and their logins
            row("/subscribers/*", Kind.OPERATOR),
            row("/devices/*", Kind.OPERATOR),
            row("/sessions/revoke", Kind.OPERATOR),
            // what is so
            seen("", Kind.READ_ONLY),
            seen("/htmx-*/**", Kind.READ_ONLY),
            seen("/diagnosis", Kind.READ_ONLY),
            seen("/sessions", Kind.READ_ONLY),
            seen("/sessions/one", Kind.READ_ONLY),
            seen("/devices", Kind.READ_ONLY),
            seen("/subscribers", Kind.READ_ONLY),
            seen("/administrators", Kind.READ_ONLY),
            seen("/keys", Kind.READ_ONLY),
            seen("/edges", Kind.READ_ONLY),
            seen("/mode", Kind.READ_ONLY),
            seen("/parameters", Kind.READ_ONLY),
            seen("/audit", Kind.READ_ONLY));

    /** Each with those before it, whose rights it has as well. */
    private static final List<Kind> ROLES = List.of(Kind.READ_ONLY, Kind.OPERATOR, Kind.ADMINISTRATOR);

    /** @param onlySeen whether it is about looking alone, and not about asking for a change */
    private record Row(PathPattern path, boolean onlySeen, Kind role) {
        boolean fits(HttpMethod method, PathContainer requested) {
            return (!onlySeen || method.equals(GET) || method.equals(HEAD)) && path.matches(requested);
        }
    }

    private static Row row(String path, Kind role) {
        return new Row(pattern(path), false, role);
    }

    private static Row seen(String path, Kind role) {
        return new Row(pattern(path), true, role);
    }

    private static PathPattern pattern(String path) {
        return PathPatternParser.defaultInstance.parse(Pages.CONSOLE + path);
    }

    /** The least role for a request. */
    static Kind roleFor(HttpMethod method, String path) {
        PathContainer requested = PathContainer.parsePath(path);
        return TABLE.stream()
                .filter(row -> row.fits(method, requested))
                .findFirst()
                .map(Row::role)
                .orElse(Kind.ADMINISTRATOR);
    }

    /** Whether somebody may ask for the change that a path of the console stands for. */
    static boolean mayChange(Authentication who, String path) {
        return holds(who, roleFor(POST, path));
    }

    private static boolean holds(Authentication who, Kind least) {
        return who.isAuthenticated()
                && role(who)
                        .filter(role -> ROLES.indexOf(role) >= ROLES.indexOf(least))
                        .isPresent();
    }

    private static Optional<Kind> role(Authentication who) {
        return ROLES.stream()
                .filter(role -> who.getAuthorities().stream()
                        .anyMatch(authority -> ("ROLE_" + role).equals(authority.getAuthority())))
                .findFirst();
    }

    @Override
    public AuthorizationDecision authorize(
            Supplier<? extends @Nullable Authentication> who, RequestAuthorizationContext context) {
        HttpMethod method = HttpMethod.valueOf(context.getRequest().getMethod());
        Authentication somebody = who.get();
        return new AuthorizationDecision(somebody != null
                && holds(somebody, roleFor(method, context.getRequest().getRequestURI())));
    }
}
