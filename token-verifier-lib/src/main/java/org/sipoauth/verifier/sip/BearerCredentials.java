package org.sipoauth.verifier.sip;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.internal.MalformedException;

/**
 * The value of an {@code Authorization} or {@code Proxy-Authorization} header that carries an access token, in either
 * dialect. What it carries is not verified. Immutable; never prints the token but in {@link #headerValue}.
 */
public final class BearerCredentials {
    /** How a phone spells its credentials. */
    public enum Dialect {
        /** {@code Bearer <token68>}, parameters may follow (RFC 8898 §2.1.3, RFC 6750 §2.1). */
        TOKEN68,
        /** {@code Bearer token="…"}, among other parameters. */
        TOKEN_PARAMETER
    }

    private final @Nullable String token;
    private final Dialect dialect;
    private final @Nullable String problem;

    private BearerCredentials(@Nullable String token, Dialect dialect, @Nullable String problem) {
        this.token = token;
        this.dialect = dialect;
        this.problem = problem;
    }

    /** @throws IllegalArgumentException if {@code token} is not of token68 characters, as every compact token is */
    public static BearerCredentials of(String token, Dialect dialect) {
        if (!AuthParameters.isToken68(token)) {
            throw new IllegalArgumentException("token is not a token68");
        }
        return new BearerCredentials(token, Objects.requireNonNull(dialect), null);
    }

    /**
     * Reads the value of one credentials header field, unfolded. SIP never joins two credentials by commas (RFC 3261
     * §7.3.1), so a comma goes on with the parameters.
     *
     * @return empty if the scheme is not Bearer; otherwise credentials, without {@link #token} where what follows
     *     breaks the grammar or holds no token or two; never throws on any text
     */
    public static Optional<BearerCredentials> parse(String headerValue) {
        if (!AuthParameters.isBearer(headerValue)) {
            return Optional.empty();
        }
        AuthParameters rest = AuthParameters.afterScheme(headerValue);
        Dialect dialect = rest.startsWithToken68() ? Dialect.TOKEN68 : Dialect.TOKEN_PARAMETER;
        try {
            return Optional.of(new BearerCredentials(token(rest, dialect), dialect, null));
        } catch (MalformedException e) {
            return Optional.of(new BearerCredentials(null, dialect, e.getMessage()));
        }
    }

    /** The token as it came; any text, so only a verifier tells what it is worth. */
    public Optional<String> token() {
        return Optional.ofNullable(token);
    }

    /** How the phone has spelled them, also where there is no token. */
    public Dialect dialect() {
        return dialect;
    }

    /** Where there is no token, what is wrong with the header: a constant sentence for our log, not for the phone. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /**
     * The header's value, always one line. The one method that prints the token.
     *
     * @throws IllegalStateException if there is no token
     */
    public String headerValue() {
        if (token == null) {
            throw new IllegalStateException("credentials without a token: " + problem);
        }
        return dialect == Dialect.TOKEN68 ? "Bearer " + token : "Bearer token=" + AuthParameters.quote(token);
    }

    @Override
    public String toString() {
        return "BearerCredentials[" + dialect + (token == null ? ", " + problem : ", " + token.length() + " characters")
                + "]";
    }

    private static String token(AuthParameters rest, Dialect dialect) throws MalformedException {
        if (dialect == Dialect.TOKEN68) {
            String token = rest.token68();
            if (rest.nextAfterComma() && rest.parameters().containsKey("token")) {
                throw new MalformedException("two tokens");
            }
            return token;
        }
        if (rest.atEnd()) {
            throw new MalformedException("no token");
        }
        Map<String, String> parameters = rest.parameters();
        String token = parameters.get("token");
        if (token == null || token.isEmpty()) {
            throw new MalformedException("no token parameter");
        }
        return token;
    }
}
