package org.sipoauth.authz.subscriber;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.springframework.data.redis.core.StringRedisTemplate;

class AccountsTest {
    /** Every start of the demo asks for its ten accounts again. */
    @Test
    void hashesNoPasswordForANameThatIsTaken() {
        StringRedisTemplate redis = new StringRedisTemplate() {
            @Override
            public Boolean hasKey(String key) {
                return key.equals("account:alice");
            }
        };
        Passwords none = null;

        assertThat(new Accounts(redis, none).create("alice", Kind.SUBSCRIBER, "a password", false))
                .isFalse();
    }
}
