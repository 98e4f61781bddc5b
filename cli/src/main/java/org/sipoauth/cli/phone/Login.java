package org.sipoauth.cli.phone;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.phone.TokenEndpoint.Grant;

/**
 * A phone's login while it lasts: refreshes the tokens in the background at about half of their life. Trouble on the way
 * is met by trying again with the same refresh token: the answer may have been lost after the server had rotated it, and
 * then the server gives the same successor again. Used by the phone's one thread.
 */
final class Login {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    /** Told of each refresh, on the phone's thread. */
    interface Watcher {
        /** The new pair, before it is used. */
        void refreshed(Tokens fresh);

        /** @param delay until the next try */
        void notRefreshed(IOException trouble, Duration delay);
    }

    private final TokenEndpoint endpoint;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final RetryDelay retryDelay;
    private final Watcher watcher;

    private Tokens tokens;
    private Instant refreshAt;
    private int failures;
    private @Nullable CompletableFuture<Grant> pending;

    Login(TokenEndpoint endpoint, Tokens tokens, InstantSource clock, RandomGenerator random, Watcher watcher) {
        this.endpoint = endpoint;
        this.tokens = tokens;
        this.clock = clock;
        this.random = random;
        this.retryDelay = new RetryDelay(random);
        this.watcher = watcher;
        this.refreshAt = halfLife(tokens);
    }

    Tokens tokens() {
        return tokens;
    }

    /** Where the tokens are refreshed. */
    URI tokenEndpoint() {
        return endpoint.address();
    }

    /**
     * Does what is due and returns at once.
     *
     * @throws LoginEnded if the server has ended the login
     */
    void tick() throws LoginEnded {
        if (pending != null && pending.isDone()) {
            CompletableFuture<Grant> answered = pending;
            pending = null;
            try {
                take(answered.join());
            } catch (CompletionException failed) {
                retryLater(HttpsClient.asIoException(failed.getCause()));
            }
        }
        if (pending == null
                && tokens.refreshToken().isPresent()
                && !clock.instant().isBefore(refreshAt)) {
            pending = endpoint.refreshAsync(tokens.refreshToken().get());
        }
    }

    /** How long nothing is due. */
    Duration untilDue() {
        if (pending != null) {
            return LOOK_AGAIN;
        }
        if (tokens.refreshToken().isEmpty()) {
            return Duration.ofDays(1);
        }
        Duration ahead = Duration.between(clock.instant(), refreshAt);
        return ahead.isNegative() ? Duration.ZERO : ahead;
    }

    /**
     * Refreshes now and waits for it: the present access token is of no use.
     *
     * @throws IOException if the server cannot be reached or has trouble of its own
     * @throws LoginEnded if the server has ended the login, or there is no refresh token
     */
    void refreshNow() throws IOException, InterruptedException, LoginEnded {
        Optional<String> refreshToken = tokens.refreshToken();
        if (refreshToken.isEmpty()) {
            throw new LoginEnded("the access token is used up and there is no refresh token");
        }
        if (pending != null) {
            pending.cancel(true);
            pending = null;
        }
        take(endpoint.refresh(refreshToken.get()));
    }

    /** Refreshes at the next {@link #tick}: the present access token is of no use. */
    void refreshSoon() {
        refreshAt = clock.instant();
    }

    private void take(Grant grant) throws LoginEnded {
        if (grant instanceof Grant.Refused refused) {
            String description = refused.description().map(text -> ", " + text).orElse("");
            throw new LoginEnded("the authorization server has ended the login: " + refused.error() + description);
        }
        tokens = ((Grant.Granted) grant).tokens().orKeep(tokens.refreshToken());
        failures = 0;
        refreshAt = halfLife(tokens);
        watcher.refreshed(tokens);
    }

    private void retryLater(IOException trouble) {
        failures++;
        Duration delay = retryDelay.after(failures);
        refreshAt = clock.instant().plus(delay);
        watcher.notRefreshed(trouble, delay);
    }

    /** Phones refresh at half of a token's life, spread so that phones that signed in together do not refresh together. */
    private Instant halfLife(Tokens fresh) {
        double share = 0.45 + random.nextDouble() * 0.1;
        return fresh.receivedAt().plusMillis(Math.round(fresh.lifetime().toMillis() * share));
    }
}
