package org.sipoauth.authz.subscriber;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;

/**
 * People's passwords under Argon2id. Each hash takes 16 MiB and much time on purpose, so no more are computed at once
 * than there are processors: a flood of sign-ins waits in line instead of taking the memory.
 *
 * <p>What is hashed is the password as {@link OpaqueString} has it.
 */
@Component
public final class Passwords implements PasswordEncoder {
    private final PasswordEncoder argon2;
    private final Semaphore turns = new Semaphore(Runtime.getRuntime().availableProcessors(), true);

    public Passwords() {
        this(Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8());
    }

    Passwords(Argon2PasswordEncoder argon2) {
        this.argon2 = argon2;
    }

    /** @throws IllegalArgumentException if it is none that {@link PasswordRules} would let pass */
    @Override
    public @Nullable String encode(@Nullable CharSequence password) {
        String opaque = opaque(password)
                .orElseThrow(() -> new IllegalArgumentException(
                        "a password has 1 to " + PasswordRules.LONGEST + " characters, none of which is invisible"));
        turns.acquireUninterruptibly();
        try {
            return argon2.encode(opaque);
        } finally {
            turns.release();
        }
    }

    @Override
    public boolean matches(@Nullable CharSequence password, @Nullable String hash) {
        Optional<String> opaque = opaque(password);
        if (opaque.isEmpty()) {
            return false;
        }
        turns.acquireUninterruptibly();
        try {
            return argon2.matches(opaque.get(), hash);
        } finally {
            turns.release();
        }
    }

    /** Empty for what cannot be anybody's password, which is not worth a hash. */
    private static Optional<String> opaque(@Nullable CharSequence password) {
        return password == null || password.length() > 2 * PasswordRules.LONGEST // a code point is two chars at most
                ? Optional.empty()
                : OpaqueString.enforce(password);
    }

    @Override
    public boolean upgradeEncoding(@Nullable String hash) {
        return argon2.upgradeEncoding(hash);
    }
}
