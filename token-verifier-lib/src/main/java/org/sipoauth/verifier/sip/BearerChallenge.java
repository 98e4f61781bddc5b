package org.sipoauth.verifier.sip;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.verifier.internal.MalformedException;

/**
 * The value of a {@code WWW-Authenticate} or {@code Proxy-Authenticate} header that asks for an access token (RFC 8898
 * §4), in the order in which it is printed. With a realm alone it is what a phone of the older dialect knows:
 * {@code Bearer realm="…"}.
 *
 * @param realm RFC 3261 §22.1
 * @param authzServer the https URI of the authorization server that issues the tokens taken here
 * @param scope the scopes a token needs, one space between two (RFC 6749 §3.3)
 * @param error why the last token was refused, such as {@code invalid_token} (RFC 6750 §3.1)
 */
public record BearerChallenge(
        Optional<String> realm, Optional<String> authzServer, Optional<String> scope, Optional<String> error) {

    /** @throws IllegalArgumentException if a value holds a control character: it would forge header fields */
    public BearerChallenge {
        realm.ifPresent(value -> AuthParameters.requireQuotable("realm", value));
        authzServer.ifPresent(value -> AuthParameters.requireQuotable("authz_server", value));
        scope.ifPresent(value -> AuthParameters.requireQuotable("scope", value));
        error.ifPresent(value -> AuthParameters.requireQuotable("error", value));
        if (realm.isEmpty() && authzServer.isEmpty() && scope.isEmpty() && error.isEmpty()) {
            throw new IllegalArgumentException("a challenge needs a parameter");
        }
    }

    public static BearerChallenge ofRealm(String realm) {
        return new BearerChallenge(Optional.of(realm), Optional.empty(), Optional.empty(), Optional.empty());
    }

    public BearerChallenge withAuthzServer(String uri) {
        return new BearerChallenge(realm, Optional.of(uri), scope, error);
    }

    public BearerChallenge withScope(String neededScope) {
        return new BearerChallenge(realm, authzServer, Optional.of(neededScope), error);
    }

    public BearerChallenge withError(String code) {
        return new BearerChallenge(realm, authzServer, scope, Optional.of(code));
    }

    /**
     * Reads the value of one challenge header field, unfolded. Parameters we do not know are passed over (RFC 8898 §4).
     *
     * @return empty if the scheme is not Bearer, or what follows breaks the grammar; never throws on any text
     */
    public static Optional<BearerChallenge> parse(String headerValue) {
        if (!AuthParameters.isBearer(headerValue)) {
            return Optional.empty();
        }
        try {
            Map<String, String> parameters =
                    AuthParameters.afterScheme(headerValue).parameters();
            List<Optional<String>> values = new ArrayList<>();
            for (String name : List.of("realm", "authz_server", "scope", "error")) {
                values.add(Optional.ofNullable(parameters.get(name)));
            }
            if (values.stream().allMatch(Optional::isEmpty)) {
                return Optional.empty();
            }
            return Optional.of(new BearerChallenge(values.get(0), values.get(1), values.get(2), values.get(3)));
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }

    /** The header's value, all parameters quoted; always one line. */
    public String headerValue() {
        List<String> parameters = new ArrayList<>();
        realm.ifPresent(value -> parameters.add("realm=" + AuthParameters.quote(value)));
        authzServer.ifPresent(value -> parameters.add("authz_server=" + AuthParameters.quote(value)));
        scope.ifPresent(value -> parameters.add("scope=" + AuthParameters.quote(value)));
        error.ifPresent(value -> parameters.add("error=" + AuthParameters.quote(value)));
        return "Bearer " + String.join(", ", parameters);
    }

    @Override
    public String toString() {
        return headerValue();
    }
}
