package org.sipoauth.verifier.keys;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Where a verifier's keys come from. Implementations are thread-safe, and reading never waits: {@link #current} returns
 * what the source knows now, and something else keeps that up to date.
 *
 * <p>A source of one's own had better hand out the {@link #current} of a {@link #fixed} one, replaced when the keys change: its keys
 * get their tables, and a key that stays the same object is known again with its tokens.
 */
public interface KeySource extends AutoCloseable {
    /** The keys to trust now. Never blocks, never null; before the first keys it is {@link KeySnapshot#none()}. */
    KeySnapshot current();

    /**
     * Tells the source that a token named a key that {@link #current} lacks. A hint: it may start one refresh in the
     * background, bounded in rate whatever the number of calls, and returns at once.
     */
    default void keyUnknown(String keyId) {}

    /**
     * Whether an unknown key may be news that this source has yet to hear: a refresh is under way, or the last one
     * failed. A SIP server then answers 500 with Retry-After rather than calling the token invalid.
     */
    default boolean refreshing() {
        return false;
    }

    /** How often reading the keys has failed since this source was opened; 0 for one that reads none. */
    default long failedRefreshes() {
        return 0;
    }

    /**
     * Since when the authorization server has been out of reach: when this source last had an answer from it that was of use,
     * if its latest attempt had none. Empty while it answers, and always where the source asks no server.
     */
    default Optional<Instant> unreachableSince() {
        return Optional.empty();
    }

    /**
     * Waits until there are keys to verify with, for use at start-up.
     *
     * @return whether there are; false after {@code timeout}, which is no reason not to start: the keys may come later
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
     * Keys that never change and are never too old. A thread of the source gives them their tables, and ends.
     *
     * @throws IllegalArgumentException if the JWK Set is refused; see {@link KeySnapshot#parse}
     */
    static KeySource fixed(String jwkSetJson) {
        return new FixedKeys(KeySnapshot.parse(jwkSetJson, Clock.systemUTC().instant()));
    }

    /** As {@link #file(Path, Duration)}, looking every 5 seconds. */
    static KeySource file(Path jwkSet) {
        return file(jwkSet, Duration.ofSeconds(5));
    }

    /**
     * Keys from a JWK Set on disk, read at once and again in the background whenever the file changes. A file that is
     * absent or broken later leaves the last good keys in place, and they are never too old: who owns the file decides.
     *
     * @throws java.io.UncheckedIOException if the file cannot be read now
     * @throws IllegalArgumentException if its JWK Set is refused now; see {@link KeySnapshot#parse}
     */
    static KeySource file(Path jwkSet, Duration lookEvery) {
        return FileKeys.open(jwkSet, lookEvery);
    }

    /** Keys from an authorization server's {@code jwks_uri} (RFC 8414 §2), refreshed in the background. */
    static UrlKeys.Builder url(URI jwksUri) {
        return new UrlKeys.Builder(jwksUri);
    }
}
