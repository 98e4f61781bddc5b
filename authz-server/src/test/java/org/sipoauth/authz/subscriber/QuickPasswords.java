package org.sipoauth.authz.subscriber;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;

/**
 * Has the server hash passwords at a fraction of what that costs on purpose: its start hashes eleven, and hundreds of tests
 * sign in. {@link AccountsIT} and the tests that run the packaged server pay the whole.
 */
public class QuickPasswords {
    private static final int KIBIBYTES = 64;

    @Bean
    @Primary
    Passwords passwordsOfTests() {
        return new Passwords(new Argon2PasswordEncoder(16, 32, 1, KIBIBYTES, 1));
    }
}
