package org.sipoauth.authz.device;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.redis.Records;
import org.sipoauth.authz.redis.StoredRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * The security profiles: those that are always there, and those of the administrators, few enough for one record in the
 * store. Every server mirrors them, so that a token costs no further look: what one server changes the others follow
 * within a look.
 */
@Component
final class SecurityProfiles {
    static final int MOST_PROFILES = 256;

    private static final Logger LOG = LoggerFactory.getLogger(SecurityProfiles.class);
    private static final String KEY = "security-profiles";
    private static final int TRIES = 20;

    private final Records records;
    private volatile Map<String, SecurityProfile> mirror = withBuiltIn(Optional.empty());

    SecurityProfiles(Records records) {
        this.records = records;
        look();
    }

    /** For every token: asks the store only about a profile that this server has not seen yet, or that is gone. */
    boolean allowsOauth(String name) {
        return mirrored(name).filter(SecurityProfile::oauth).isPresent();
    }

    /** Not the opposite of {@link #allowsOauth}: a profile that is gone neither allows nor forbids anything. */
    boolean forbidsOauth(String name) {
        return mirrored(name).filter(profile -> !profile.oauth()).isPresent();
    }

    private Optional<SecurityProfile> mirrored(String name) {
        SecurityProfile known = mirror.get(name);
        return known != null ? Optional.of(known) : find(name);
    }

    Optional<SecurityProfile> find(String name) {
        return Optional.ofNullable(all().get(name));
    }

    /** By name. */
    TreeMap<String, SecurityProfile> all() {
        return withBuiltIn(records.find(KEY));
    }

    /**
     * Creates or replaces one; when this returns, the replicas have it.
     *
     * @return what was there before
     * @throws RecordChanged if the profile is not as expected
     */
    Optional<SecurityProfile> save(SecurityProfile profile, Expected expected) {
        return change(profile.name(), profile, expected);
    }

    /**
     * @return what was there before
     * @throws RecordChanged if the profile is not as expected
     */
    Optional<SecurityProfile> remove(String name, Expected expected) {
        return change(name, null, expected);
    }

    private Optional<SecurityProfile> change(String name, @Nullable SecurityProfile next, Expected expected) {
        if (SecurityProfile.isBuiltIn(name)) {
            throw new RequestRefused(
                    HttpStatus.CONFLICT,
                    "this profile comes with the server and stays as it is: make one of your own, under another name");
        }
        for (int tries = 0; tries < TRIES; tries++) {
            Optional<StoredRecord> stored = records.find(KEY);
            TreeMap<String, SecurityProfile> all = withBuiltIn(stored);
            Optional<SecurityProfile> before = Optional.ofNullable(all.get(name));
            expected.require(before.map(SecurityProfile::revision));
            if (before.isEmpty() && next == null) {
                return before;
            }
            if (before.isEmpty() && all.size() >= MOST_PROFILES) {
                throw new RequestRefused(
                        HttpStatus.CONFLICT,
                        "there are " + MOST_PROFILES + " security profiles, the most there can be: remove one");
            }
            Map<String, @Nullable String> field = new HashMap<>();
            field.put(name, next == null ? null : next.stored());
            try {
                records.save(
                        KEY,
                        field,
                        stored.<Expected>map(seen -> new Expected.Revision(seen.revision()))
                                .orElse(Expected.ABSENT));
                look();
                return before;
            } catch (RecordChanged another) {
                // somebody has changed another profile, or this one
            }
        }
        throw new ConcurrencyFailureException("others keep changing the security profiles");
    }

    /** One at a time: a look that began before a change must not end after it. */
    @Scheduled(
            fixedDelayString = "${sipoauth.status-lists.look-every:2s}",
            initialDelayString = "${sipoauth.status-lists.look-every:2s}")
    synchronized void look() {
        try {
            mirror = Map.copyOf(all());
        } catch (DataAccessException e) {
            LOG.warn("the security profiles cannot be read: {}", e.getMessage());
        }
    }

    private static TreeMap<String, SecurityProfile> withBuiltIn(Optional<StoredRecord> stored) {
        TreeMap<String, SecurityProfile> all = new TreeMap<>();
        stored.ifPresent(record ->
                record.fields().forEach((name, text) -> all.put(name, SecurityProfile.read(name, text))));
        SecurityProfile.BUILT_IN.forEach(profile -> all.put(profile.name(), profile));
        return all;
    }
}
