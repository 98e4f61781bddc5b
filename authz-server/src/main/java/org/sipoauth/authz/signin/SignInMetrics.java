package org.sipoauth.authz.signin;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

@Component
final class SignInMetrics {
    private final MeterRegistry registry;

    SignInMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void signedIn() {
        registry.counter("sipoauth.sign.ins", "outcome", "signed_in").increment();
    }

    void refused(String why) {
        registry.counter("sipoauth.sign.ins", "outcome", why).increment();
    }
}
