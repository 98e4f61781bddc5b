package org.sipoauth.verifier.status;

import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;
import org.sipoauth.verifier.keys.KeySource;

/**
 * Where a verifier learns which tokens were revoked. Implementations are thread-safe, and reading never waits:
 * {@link #current} returns what the source knows now, and something else keeps that up to date.
 */
public interface StatusSource extends AutoCloseable {
    /** What is known now. Never blocks, never null; before anything is read it is {@link StatusSnapshot#none()}. */
    StatusSnapshot current();

    /**
     * Has {@code listener} called with every later snapshot whose lists differ from those before, on the source's own
     * thread: it should not take long. A server that keeps what rests on tokens (bindings, connections) ends there what
     * {@link StatusSnapshot#isRevoked} names.
     */
    default void onChange(Consumer<StatusSnapshot> listener) {}

    /**
     * Waits until the lists were read, for use at start-up.
     *
     * @return whether they were; false after {@code timeout}, which is no reason not to start: they may come later
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    default boolean awaitReady(Duration timeout) throws InterruptedException {
        return true;
    }

    /**
     * Ends the threads of this source; {@link #current} keeps its last answer. Those of this library wait until their thread has
     * ended, so that it touches no file any more: 5 seconds at most, and not at all if it is that thread which closes.
     */
    @Override
    default void close() {}

    /**
     * All lists of an authorization server, polled in the background.
     *
     * @param aggregation its {@code status_list_aggregation_endpoint} (draft-ietf-oauth-status-list-20 §9), from
     *     configuration
     * @param issuer the {@code iss} that lists must have where they have one
     * @param keys whose signatures to believe: the verifier's own
     */
    static UrlStatusLists.Builder url(URI aggregation, String issuer, KeySource keys) {
        return new UrlStatusLists.Builder(aggregation, issuer, keys);
    }
}
