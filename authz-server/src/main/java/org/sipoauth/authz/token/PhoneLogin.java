package org.sipoauth.authz.token;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.token.AccessTokens.LoginReference;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** The subscriber a token is for, the phone if it registers one, and the login if it can be revoked. */
final class PhoneLogin extends AbstractAuthenticationToken {
    private static final long serialVersionUID = 1L;

    private final String subscriber;
    private final transient @Nullable Device device;
    private final transient @Nullable LoginReference login;

    PhoneLogin(String subscriber, @Nullable Device device, @Nullable LoginReference login) {
        super(List.of());
        this.subscriber = subscriber;
        this.device = device;
        this.login = login;
        setAuthenticated(true);
    }

    @Override
    public Object getPrincipal() {
        return subscriber;
    }

    @Override
    public @Nullable Object getCredentials() {
        return null;
    }

    Optional<Device> device() {
        return Optional.ofNullable(device);
    }

    Optional<LoginReference> login() {
        return Optional.ofNullable(login);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
