package org.sipoauth.authz.refresh;

import java.util.Optional;
import java.util.function.Supplier;
import org.sipoauth.authz.redis.Round;
import org.sipoauth.authz.token.AccessTokens;

/** Access tokens for whoever asks, on whatever device. */
record TokensForEverybody(AccessTokens.Holder everybody) implements AccessTokens {

    @Override
    public Optional<Holder> holder(String subscriber, Optional<String> deviceName) {
        return Optional.of(everybody);
    }

    @Override
    public Supplier<Optional<Holder>> holder(String subscriber, Optional<String> deviceName, Round round) {
        return () -> Optional.of(everybody);
    }
}
