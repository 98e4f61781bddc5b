package org.sipoauth.authz.refresh;

import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.audit.Refusal;
import org.sipoauth.authz.client.Clients;
import org.sipoauth.authz.grant.GrantRefused;
import org.sipoauth.authz.grant.LoginFamilies;
import org.sipoauth.authz.redis.WriteNotConfirmed;
import org.sipoauth.authz.signing.CurrentKeyRing;
import org.sipoauth.authz.status.StatusReference;
import org.sipoauth.authz.token.Confirmation;
import org.sipoauth.keys.KeyUse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/** Begins, finds and ends families, and makes their tokens. */
final class Families implements LoginFamilies, Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Families.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    /** How often a family is entered in the index again. */
    private static final int GENERATIONS_TO_REPAIR = 16;

    private final FamilyStore store;
    private final FamilyIndex index;
    private final Cutoffs cutoffs;
    private final RevokedClients revokedClients;
    private final CurrentKeyRing ring;
    private final Clock clock;
    private final Audit audit;
    private final MeterRegistry meters;

    Families(
            FamilyStore store,
            FamilyIndex index,
            Cutoffs cutoffs,
            RevokedClients revokedClients,
            CurrentKeyRing ring,
            Clock clock,
            Audit audit,
            MeterRegistry meters) {
        this.store = store;
        this.index = index;
        this.cutoffs = cutoffs;
        this.revokedClients = revokedClients;
        this.ring = ring;
        this.clock = clock;
        this.audit = audit;
        this.meters = meters;
    }

    /** The client fixes how long the family lives. */
    @Override
    public Begun begin(Login login) {
        Cutoffs.Marks before = cutoffs.marks(login.subscriber(), login.deviceName());
        Instant now = clock.instant();
        Family family = new Family(
                FamilyId.random(RANDOM),
                login.subscriber(),
                login.deviceName(),
                login.client().getClientId(),
                login.scopes(),
                binding(login.client(), login.proven()),
                now,
                now.plus(login.client().getTokenSettings().getRefreshTokenTimeToLive()),
                FamilySecret.random(RANDOM));
        index.enter(family, now);
        StatusReference status;
        boolean ended;
        try {
            status = store.start(family);
            ended = haveEndedMeanwhile(family, before);
        } catch (DataAccessException storeAway) {
            takeBack(family, storeAway);
            throw storeAway;
        }
        audit.event("begun")
                .about(concerned(family))
                .with("end", family.end())
                .with(
                        "certificate",
                        login.proven()
                                .filter(Confirmation::isCertificate)
                                .map(Confirmation::thumbprint)
                                .orElse(null))
                .keep();
        meters.counter("sipoauth.families.begun").increment();
        if (ended) {
            endAtOnce(family);
        }
        return begun(family, status, login.client(), now);
    }

    /** Of which nobody gets a token, for it may be lost again: whoever asks once more begins another. */
    private void takeBack(Family family, DataAccessException why) {
        try {
            store.remove(family.id());
        } catch (DataAccessException e) {
            why.addSuppressed(e);
        }
    }

    /** Who ended all logins of its user, device or client may have looked for them before this one was there. */
    private boolean haveEndedMeanwhile(Family family, Cutoffs.Marks before) {
        return cutoffs.marks(family.user(), family.device()).haveMovedSince(before)
                || revokedClients.isRevoked(family.client(), family.begun());
    }

    private void endAtOnce(Family family) {
        revoke(family.id(), Kind.CODE, "all logins of its user, device or client were ended while it began");
        throw new GrantRefused(
                OAuth2ErrorCodes.INVALID_GRANT,
                "all logins of the user, of the client or on the device have just been ended",
                new Refusal(
                        "ended_since",
                        "all logins of its user, device or client were ended while it began",
                        "Nothing: whoever ended those logins meant this one, too. The user signs in again.",
                        concerned(family)));
    }

    private Begun begun(Family family, StatusReference status, RegisteredClient client, Instant now) {
        return new Begun(
                family.id().toString(),
                Clients.isRefreshed(client) ? token(family, 1, now, family.end()) : null,
                status);
    }

    @Override
    public Optional<Begun> again(String familyId, RegisteredClient client, Optional<Confirmation> proven) {
        Instant now = clock.instant();
        Optional<StoredFamily> found = store.find(FamilyId.parse(familyId))
                .filter(stored -> stored.revoked().isEmpty());
        found.flatMap(stored -> objection(stored.family(), client, proven)).ifPresent(objection -> {
            throw new GrantRefused(
                    OAuth2ErrorCodes.INVALID_GRANT,
                    "the code was used with another proof of possession",
                    new Refusal(
                            objection,
                            null,
                            RefreshAdvice.on(objection),
                            concerned(found.orElseThrow().family())));
        });
        return found.map(stored -> begun(stored.family(), stored.status(), client, now));
    }

    @Override
    public boolean endedSince(String subscriber, Optional<String> deviceName, Instant granted) {
        return cutoffs.endedSince(subscriber, deviceName, granted);
    }

    @Override
    public void revoke(String familyId, String why) {
        revoke(FamilyId.parse(familyId), Kind.CODE, why);
    }

    @Override
    public Optional<Session> find(FamilyId id) {
        return store.find(id).map(StoredFamily::session);
    }

    @Override
    public List<Session> ofUser(String user) {
        return sessions(index.ofUser(user));
    }

    @Override
    public List<Session> ofDevice(String device) {
        return sessions(index.ofDevice(device));
    }

    @Override
    public List<FamilyId> idsOfUser(String user) {
        return index.ofUser(user);
    }

    @Override
    public List<FamilyId> idsOfDevice(String device) {
        return index.ofDevice(device);
    }

    @Override
    public List<Session> find(List<FamilyId> ids) {
        return store.find(ids).stream().map(StoredFamily::session).toList();
    }

    private List<Session> sessions(List<FamilyId> ids) {
        return find(ids).stream()
                .sorted(Comparator.comparing(Session::begun).reversed())
                .toList();
    }

    @Override
    public boolean revoke(FamilyId id, Kind kind, String reason) {
        try {
            boolean revoked = store.revoke(id, clock.instant(), reason);
            if (revoked) {
                recordRevocation(id, kind, reason);
            }
            return revoked;
        } catch (WriteNotConfirmed e) {
            if (FamilyStore.wasTheFirst(e)) { // whoever asks again finds it revoked already
                recordRevocation(id, kind, reason);
            }
            throw e;
        }
    }

    private void recordRevocation(FamilyId id, Kind kind, String reason) {
        recordRevocation(concerned(id), kind, reason);
    }

    /** No more than its name where the store is away by now. */
    private Concerned concerned(FamilyId id) {
        Concerned unnamed = new Concerned(id.toString(), null, null, null);
        try {
            return store.find(id).map(found -> concerned(found.family())).orElse(unnamed);
        } catch (DataAccessException storeAway) {
            return unnamed;
        }
    }

    @Override
    public int revokeUser(String user, String reason) {
        cutoffs.endUser(user, clock.instant()); // before: what begins meanwhile sees it
        return revokeAll(index.ofUser(user), Kind.USER, reason);
    }

    @Override
    public int revokeDevice(String device, String reason) {
        cutoffs.endDevice(device, clock.instant()); // before, as for a user
        return revokeAll(index.ofDevice(device), Kind.DEVICE, reason);
    }

    @Override
    public int revokeDevice(String device, Instant cutoff, String reason) {
        List<FamilyId> before = ofDevice(device).stream()
                .filter(session -> session.begun().isBefore(cutoff))
                .map(Session::id)
                .toList();
        return revokeAll(before, Kind.DEVICE, reason);
    }

    private int revokeAll(List<FamilyId> ids, Kind kind, String reason) {
        int revoked = 0;
        for (FamilyId id : ids) {
            revoked += revoke(id, kind, reason) ? 1 : 0;
        }
        return revoked;
    }

    @Override
    public List<Entry> inBucket(int bucket) {
        return index.users(bucket);
    }

    /**
     * Puts back what the store may have lost of a family beside its record, and its end if that moved. To be called after
     * each refresh; does something after the first and then now and then, and never fails the refresh.
     *
     * @param end after the refresh
     */
    void repairIndex(Family family, int generation, Instant now, Instant end) {
        boolean anotherDay =
                end.isAfter(family.end().truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS));
        if (generation != 2 && generation % GENERATIONS_TO_REPAIR != 0 && !anotherDay) {
            return;
        }
        try {
            index.renew(family, now, end);
        } catch (DataAccessException e) {
            LOG.warn("the index entry of family {} is not renewed: {}", family.id(), e.getMessage());
        }
    }

    /** When the family ends if it is refreshed now: as it did, or later if its client's logins slide. */
    Instant nextEnd(Family family, RegisteredClient client, Instant now) {
        Instant end = now.plus(client.getTokenSettings().getRefreshTokenTimeToLive());
        return Clients.isSliding(client) && end.isAfter(family.end()) ? end : family.end();
    }

    /** Makes, or makes again, the token of a generation. Always under the active key, which is kept for long enough. */
    OAuth2RefreshToken token(Family family, int generation, Instant now, Instant end) {
        RefreshToken token =
                RefreshToken.make(family, generation, ring.get().active(KeyUse.REFRESH_TOKEN_AUTHENTICATION));
        return new OAuth2RefreshToken(token.value(), now, end);
    }

    /** A public client's refresh token is bound to what it proves; any other is bound to the client (RFC 9449 §5). */
    private static Optional<String> binding(RegisteredClient client, Optional<Confirmation> proven) {
        return client.getClientAuthenticationMethods().contains(ClientAuthenticationMethod.NONE)
                ? proven.map(Confirmation::abridged)
                : Optional.empty();
    }

    /**
     * Why a request may not have tokens of a family, by what its sender has proven to hold. A family keeps the binding it
     * began with: could one be given later, a thief would give it, and lock the phone out.
     *
     * @return the outcome to audit; empty if it may
     */
    Optional<String> objection(Family family, RegisteredClient client, Optional<Confirmation> proven) {
        Optional<String> shown = binding(client, proven);
        if (family.binding().equals(shown)) {
            return Optional.empty();
        }
        return Optional.of(
                shown.isEmpty() ? "unproven" : family.binding().isEmpty() ? "begun_unproven" : "proven_otherwise");
    }

    static Concerned concerned(Family family) {
        return new Concerned(
                family.id().toString(), family.user(), family.device().orElse(null), family.client());
    }

    /**
     * After a refresh has revoked a family: the replicas are to have that, too, before it is answered.
     *
     * @throws DataAccessException if they do not say so; then the same request is to come again
     */
    void confirmRevocation(FamilyId id, Instant now, String why) {
        store.revoke(id, now, why);
    }

    /** To be called once for each family that has been revoked, whoever did it. */
    void recordRevocation(Concerned concerned, Kind kind, String why) {
        audit.event("revoked").about(concerned).with("reason", why).keep();
        meters.counter("sipoauth.families.revoked", "kind", kind.name().toLowerCase(Locale.ROOT))
                .increment();
    }
}
