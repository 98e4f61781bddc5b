package org.sipoauth.cli.phone;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a phone on an event loop shows for credentials: one access token to its end, or those of a login, kept fresh. */
final class StormTokens {
    private final String accessToken;
    private final Optional<Login> login;
    private final StormTally tally;

    private @Nullable EventLoop loop;
    private @Nullable ScheduledFuture<?> next;

    private StormTokens(String accessToken, Optional<Login> login, StormTally tally) {
        this.accessToken = accessToken;
        this.login = login;
        this.tally = tally;
    }

    static StormTokens fixed(String accessToken, StormTally tally) {
        return new StormTokens(accessToken, Optional.empty(), tally);
    }

    static StormTokens refreshed(
            TokenEndpoint endpoint, Tokens first, InstantSource clock, RandomGenerator random, StormTally tally) {
        Login login = new Login(endpoint, first, clock, random, new Login.Watcher() {
            @Override
            public void refreshed(Tokens fresh) {
                tally.count(StormTally.Count.REFRESHED);
            }

            @Override
            public void notRefreshed(IOException trouble, Duration delay) {
                tally.count(StormTally.Count.NOT_REFRESHED);
            }
        });
        return new StormTokens(first.accessToken(), Optional.of(login), tally);
    }

    /** The access token to show now. */
    String accessToken() {
        return login.map(kept -> kept.tokens().accessToken()).orElse(accessToken);
    }

    /** Refreshes if it is due; for the time before {@link #keepFresh}, in which other phones sign in. */
    void refreshIfDue() {
        login.ifPresent(this::tick);
    }

    /** Refreshes when it is due, from now on, on that loop. */
    void keepFresh(EventLoop phoneLoop) {
        loop = phoneLoop;
        login.ifPresent(this::tick);
    }

    /** The access token was not taken: asks for another if there is a login. */
    void replace() {
        login.ifPresent(kept -> {
            kept.refreshSoon();
            tick(kept);
        });
    }

    private void tick(Login kept) {
        if (next != null) {
            next.cancel(false); // or each token that was not taken would add a timer for good
        }
        try {
            kept.tick();
        } catch (LoginEnded over) {
            tally.count(StormTally.Count.LOGIN_ENDED);
            return;
        }
        if (loop != null && !loop.isShuttingDown()) {
            next = loop.schedule(() -> tick(kept), kept.untilDue().toMillis() + 1, TimeUnit.MILLISECONDS);
        }
    }
}
