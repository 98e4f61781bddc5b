package org.sipoauth.authz.token;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.token.AccessTokens.LoginReference;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/**
 * The subscriber a token is for, the phone if it registers one, the login if it can be revoked, and what the holder has
 * proven to hold.
 */
final class PhoneLogin extends AbstractAuthenticationToken {
    private static final long serialVersionUID = 1L;

    private final String subscriber;
    private final transient @Nullable Device device;
    private final transient @Nullable LoginReference login;
    private final transient @Nullable Confirmation proven;

    PhoneLogin(
            String subscriber, @Nullable Device device, @Nullable LoginReference login, @Nullable Confirmation proven) {
        super(List.of());
        this.subscriber = subscriber;
        this.device = device;
        this.login = login;
        this.proven = proven;
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

    Optional<Confirmation> proven() {
        return Optional.ofNullable(proven);
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
