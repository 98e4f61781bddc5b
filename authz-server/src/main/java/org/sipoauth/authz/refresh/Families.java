package org.sipoauth.authz.refresh;

import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.grant.LoginFamilies;
import org.sipoauth.authz.signing.CurrentKeyRing;
import org.sipoauth.authz.status.StatusReference;
import org.sipoauth.keys.KeyUse;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

/** Begins and ends families, and makes their tokens. */
final class Families implements LoginFamilies {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final FamilyStore store;
    private final CurrentKeyRing ring;
    private final Clock clock;
    private final Audit audit;
    private final MeterRegistry meters;

    Families(FamilyStore store, CurrentKeyRing ring, Clock clock, Audit audit, MeterRegistry meters) {
        this.store = store;
        this.ring = ring;
        this.clock = clock;
        this.audit = audit;
        this.meters = meters;
    }

    /** The client fixes how long the family lives; its end never moves. */
    @Override
    public Begun begin(Login login) {
        Instant now = clock.instant();
        Family family = new Family(
                FamilyId.random(RANDOM),
                login.subscriber(),
                login.deviceName(),
                login.client().getClientId(),
                login.scopes(),
                now,
                now.plus(login.client().getTokenSettings().getRefreshTokenTimeToLive()),
                FamilySecret.random(RANDOM));
        StatusReference status = store.start(family);
        audit.event("begun")
                .with("family", family.id())
                .with("client_id", family.client())
                .with("sub", family.user())
                .with("device_name", family.device().orElse(null))
                .with("end", family.end())
                .write();
        meters.counter("sipoauth.families.begun").increment();
        return new Begun(family.id().toString(), token(family, 1, now), status);
    }

    @Override
    public void revoke(String familyId, String why) {
        FamilyId id = FamilyId.parse(familyId);
        if (store.revoke(id, clock.instant(), why)) {
            recordRevocation(id, why);
        }
    }

    /** Makes, or makes again, the token of a generation. */
    OAuth2RefreshToken token(Family family, int generation, Instant now) {
        RefreshToken token = RefreshToken.make(
                family.id(), generation, ring.get().active(KeyUse.REFRESH_TOKEN_AUTHENTICATION), family.secret());
        return new OAuth2RefreshToken(token.value(), now, family.end());
    }

    /** To be called once for each family that has been revoked, whoever did it. */
    void recordRevocation(FamilyId id, String why) {
        audit.event("revoked").with("family", id).with("why", why).write();
        meters.counter("sipoauth.families.revoked").increment();
    }
}
