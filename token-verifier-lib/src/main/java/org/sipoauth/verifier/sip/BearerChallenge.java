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
        requireQuotable("realm", realm);
        requireQuotable("authz_server", authzServer);
        requireQuotable("scope", scope);
        requireQuotable("error", error);
        if (realm.isEmpty() && authzServer.isEmpty() && scope.isEmpty() && error.isEmpty()) {
            throw new IllegalArgumentException("a challenge needs a parameter");
        }
    }

    private static void requireQuotable(String name, Optional<String> value) {
        if (value.isPresent()) {
            AuthParameters.requireQuotable(name, value.get());
        }
    }

    /** What a phone of either dialect understands: add to it with the methods below. */
    public static BearerChallenge ofRealm(String realm) {
        return new BearerChallenge(Optional.of(realm), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The same, naming the authorization server (RFC 8898 §4): an https URI, as a rule the issuer's. */
    public BearerChallenge withAuthzServer(String uri) {
        return new BearerChallenge(realm, Optional.of(uri), scope, error);
    }

    /** The same, naming the scopes that a token needs, one space between two (RFC 6749 §3.3). */
    public BearerChallenge withScope(String neededScope) {
        return new BearerChallenge(realm, authzServer, Optional.of(neededScope), error);
    }

    /** The same, saying why the token that came was refused: {@code invalid_token}, {@code insufficient_scope} (RFC 6750 §3.1). */
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
        add(parameters, "realm", realm);
        add(parameters, "authz_server", authzServer);
        add(parameters, "scope", scope);
        add(parameters, "error", error);
        return "Bearer " + String.join(", ", parameters);
    }

    private static void add(List<String> parameters, String name, Optional<String> value) {
        if (value.isPresent()) {
            parameters.add(name + "=" + AuthParameters.quote(value.get()));
        }
    }

    @Override
    public String toString() {
        return headerValue();
    }
}
