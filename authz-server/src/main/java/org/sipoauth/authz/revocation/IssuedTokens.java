package org.sipoauth.authz.revocation;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.sipoauth.authz.refresh.FamilyId;
import org.sipoauth.authz.refresh.LoginTokens;
import org.sipoauth.authz.refresh.Session;
import org.sipoauth.authz.status.StatusReference;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;

/** Recognises the tokens of this server, of either kind, whatever a request says that they are. */
final class IssuedTokens {
    /** Of a token that is looked at; ours are shorter. */
    private static final int LONGEST = 4096;

    private final List<JwtDecoder> decoders;
    private final LoginTokens logins;
    private final Clock clock;

    /** @param decoders one for each audience that access tokens are issued for */
    IssuedTokens(List<JwtDecoder> decoders, LoginTokens logins, Clock clock) {
        this.decoders = decoders;
        this.logins = logins;
        this.clock = clock;
    }

    /** A token that this server issued and that has not expired. */
    sealed interface Issued {
        /** The client it was issued to. */
        String client();

        /** The login it came of; empty for a service's own. */
        Optional<FamilyId> session();

        /** Whether it is still good for what it is for; asks the store. */
        boolean active();

        record Access(Jwt token, String client, Optional<FamilyId> session, BooleanSupplier good) implements Issued {
            @Override
            public boolean active() {
                return good.getAsBoolean();
            }
        }

        record Refresh(Session login, BooleanSupplier good) implements Issued {
            @Override
            public boolean active() {
                return good.getAsBoolean();
            }

            @Override
            public String client() {
                return login.client();
            }

            @Override
            public Optional<FamilyId> session() {
                return Optional.of(login.id());
            }
        }
    }

    /** Empty for anything but an authentic token before its end. */
    Optional<Issued> recognise(String token) {
        if (token.length() > LONGEST) {
            return Optional.empty();
        }
        return token.indexOf('.') >= 0 ? access(token) : refresh(token);
    }

    private Optional<Issued> refresh(String token) {
        return logins.recognise(token).map(known -> new Issued.Refresh(known.session(), known.usable()));
    }

    private Optional<Issued> access(String token) {
        for (JwtDecoder decoder : decoders) {
            try {
                return Optional.of(decoder.decode(token))
                        .filter(this::isBeforeExpiry)
                        .map(this::access);
            } catch (JwtException notOursOrForAnotherAudience) {
                // perhaps the next one
            }
        }
        return Optional.empty();
    }

    /** Exactly: the decoders allow for clocks that differ. */
    private boolean isBeforeExpiry(Jwt jwt) {
        Instant end = jwt.getExpiresAt();
        return end != null && clock.instant().isBefore(end);
    }

    private Issued access(Jwt jwt) {
        Optional<FamilyId> login =
                Optional.ofNullable(jwt.getClaimAsString("sid")).map(FamilyId::parse);
        return new Issued.Access(jwt, jwt.getClaimAsString("client_id"), login, () -> !isRevoked(jwt, login));
    }

    private boolean isRevoked(Jwt jwt, Optional<FamilyId> login) {
        return login.isPresent()
                && StatusReference.ofClaim(jwt.getClaims().get("status"))
                        .filter(status -> logins.isRevoked(login.get(), status))
                        .isPresent();
    }
}
