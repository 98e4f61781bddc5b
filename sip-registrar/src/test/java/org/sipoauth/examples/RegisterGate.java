package org.sipoauth.examples;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.sipoauth.verifier.AccessToken;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.Reason;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.sip.BearerChallenge;
import org.sipoauth.verifier.sip.BearerCredentials;
import org.sipoauth.verifier.status.StatusSnapshot;
import org.sipoauth.verifier.status.StatusSource;

/** Decides about a REGISTER. One for the whole server, from its start to its end; any thread may ask it. */
public final class RegisterGate implements AutoCloseable {
    private final KeySource keys;
    private final StatusSource statuses;
    private final TokenVerifier verifier;
    private final BearerChallenge challenge;

    /**
     * @param status 200, 401 with a challenge, 403, or 500 with Retry-After
     * @param challenge the value of WWW-Authenticate, where there is one
     * @param token what a 200 rests on: no binding should outlive it
     */
    public record Answer(int status, Optional<String> challenge, Optional<AccessToken> token) {}

    public RegisterGate(String issuer, String audience, KeySource keys, StatusSource statuses) {
        this.keys = keys;
        this.statuses = statuses;
        this.verifier = TokenVerifier.builder(new Expectations(issuer, audience, Duration.ofSeconds(30)), keys)
                .statuses(statuses)
                .build();
        this.challenge = BearerChallenge.ofRealm("example.com").withAuthzServer(issuer);
    }

    /** Starts without the network, too, if it has been started before: both files keep what was read last. */
    public static RegisterGate open(String issuer, String audience, Path folder) {
        KeySource keys = KeySource.url(URI.create(issuer + "/oauth2/jwks"))
                .cacheFile(folder.resolve("keys.cache"))
                .open();
        StatusSource statuses = StatusSource.url(URI.create(issuer + "/oauth2/status-lists"), issuer, keys)
                .cacheFile(folder.resolve("status-lists.cache"))
                .open();
        return new RegisterGate(issuer, audience, keys, statuses);
    }

    /**
     * Neither waits nor locks: fit for an event loop.
     *
     * @param authorization the value of the Authorization header, of several the Bearer one; or null
     * @param addressOfRecord the URI of To, its host made the canonical domain
     */
    public Answer decide(String authorization, String addressOfRecord) {
        Optional<BearerCredentials> credentials =
                Optional.ofNullable(authorization).flatMap(BearerCredentials::parse);
        if (credentials.isEmpty()) {
            return challenged(challenge); // no token yet: say where to get one
        }
        Optional<String> token = credentials.get().token();
        if (token.isEmpty()) {
            return challenged(challenge.withError("invalid_token"));
        }
        Verdict verdict = verifier.verify(token.get());
        if (verdict instanceof Verdict.Rejected rejected) {
            // the reason and the detail are for our log, and never for the phone
            return isOurTrouble(rejected.reason()) ? answer(500) : challenged(challenge.withError("invalid_token"));
        }
        AccessToken accepted = ((Verdict.Accepted) verdict).token();
        boolean bound = accepted.certificateThumbprint().isPresent(); // to a certificate that nobody looks at here
        return !bound && accepted.hasScope("sip.register") && accepted.mayRegister(addressOfRecord)
                ? new Answer(200, Optional.empty(), Optional.of(accepted))
                : answer(403);
    }

    /** What we cannot judge is no fault of the phone's, and "invalid token" would send it to the authorization server. */
    private boolean isOurTrouble(Reason reason) {
        return switch (reason) {
            case KEYS_TOO_OLD, STATUS_TOO_OLD -> true;
            case UNKNOWN_KEY -> keys.refreshing();
            default -> false;
        };
    }

    /** Tells who keeps what rests on tokens that some were revoked: {@link StatusSnapshot#isRevoked} says which. */
    public void onRevocation(Consumer<StatusSnapshot> listener) {
        statuses.onChange(listener);
    }

    private static Answer challenged(BearerChallenge with) {
        return new Answer(401, Optional.of(with.headerValue()), Optional.empty());
    }

    private static Answer answer(int status) {
        return new Answer(status, Optional.empty(), Optional.empty());
    }

    /** Ends the threads that read keys and status lists. */
    @Override
    public void close() {
        statuses.close();
        keys.close();
    }
}
