package org.sipoauth.registrar.bearer;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.verifier.AccessToken;
import org.sipoauth.verifier.Reason;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.sip.BearerChallenge;
import org.sipoauth.verifier.sip.BearerCredentials;

/**
 * Takes the access token out of a request and has it verified. Does not check scope, address-of-record or device: that is
 * the registrar's.
 */
public final class BearerGate {
    private final TokenVerifier verifier;
    private final KeySource keys;
    private final HeaderPair preferred;
    private final BearerChallenge challenge;

    /** What a request's credentials are worth. */
    public sealed interface Outcome {
        /** The token is good, for what it says. */
        record Verified(AccessToken token) implements Outcome {}

        /** To be asked for a token; {@code refused} when one was there and was not good. */
        record Challenged(HeaderPair pair, BearerChallenge challenge, Optional<Verdict.Rejected> refused)
                implements Outcome {}

        /** The token may be good, but we cannot tell now; asking for another would start a storm of refreshes. */
        record Undecided(Verdict.Rejected refused) implements Outcome {}
    }

    private record Presented(HeaderPair pair, BearerCredentials credentials) {}

    /**
     * @param keys the verifier's own
     * @param preferred the pair for requests that bring no Bearer credentials
     * @param challenge what such a request is asked
     */
    public BearerGate(TokenVerifier verifier, KeySource keys, HeaderPair preferred, BearerChallenge challenge) {
        this.verifier = verifier;
        this.keys = keys;
        this.preferred = preferred;
        this.challenge = challenge;
    }

    /** Does no I/O and takes no lock. A token without a whole second left is good for nothing, whatever the tolerance. */
    public Outcome check(Headers headers, Instant now) {
        Optional<Presented> presented = pick(headers);
        if (presented.isEmpty()) {
            return new Outcome.Challenged(preferred, challenge, Optional.empty());
        }
        HeaderPair pair = presented.get().pair();
        BearerCredentials credentials = presented.get().credentials();
        if (credentials.token().isEmpty()) {
            return refused(
                    pair,
                    new Verdict.Rejected(Reason.MALFORMED, credentials.problem().orElse("no token")));
        }
        Verdict verdict = verifier.verify(credentials.token().get());
        if (verdict instanceof Verdict.Accepted accepted) {
            return accepted.token().expiresAt().isBefore(now.plusSeconds(1))
                    ? refused(pair, new Verdict.Rejected(Reason.EXPIRED, "no whole second left"))
                    : new Outcome.Verified(accepted.token());
        }
        Verdict.Rejected rejected = (Verdict.Rejected) verdict;
        return isOurTrouble(rejected.reason()) ? new Outcome.Undecided(rejected) : refused(pair, rejected);
    }

    private Outcome refused(HeaderPair pair, Verdict.Rejected rejected) {
        return new Outcome.Challenged(pair, challenge.withError("invalid_token"), Optional.of(rejected));
    }

    /** A request may carry several credentials, for us and for others; the first Bearer with a token is ours. */
    private Optional<Presented> pick(Headers headers) {
        Optional<Presented> broken = Optional.empty();
        for (HeaderPair pair : List.of(preferred, preferred.other())) {
            for (String value : headers.all(pair.credentialsHeader())) {
                Optional<Presented> presented =
                        BearerCredentials.parse(value).map(credentials -> new Presented(pair, credentials));
                if (presented.isPresent()
                        && presented.get().credentials().token().isPresent()) {
                    return presented;
                }
                broken = broken.or(() -> presented);
            }
        }
        return broken;
    }

    private boolean isOurTrouble(Reason reason) {
        return switch (reason) { // no default: a new Reason does not compile until it is answered here
            case KEYS_TOO_OLD, STATUS_TOO_OLD -> true;
            case UNKNOWN_KEY -> keys.refreshing();
            case MALFORMED,
                    NOT_DECRYPTED,
                    WRONG_TYPE,
                    BAD_SIGNATURE,
                    MISSING_CLAIM,
                    WRONG_ISSUER,
                    WRONG_AUDIENCE,
                    EXPIRED,
                    NOT_YET_VALID,
                    REVOKED -> false;
        };
    }
}
