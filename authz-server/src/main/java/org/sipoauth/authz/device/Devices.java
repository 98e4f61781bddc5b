package org.sipoauth.authz.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.NameIndex;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.redis.Records;
import org.sipoauth.authz.redis.Round;
import org.sipoauth.authz.redis.StoredRecord;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.Limit;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/**
 * The devices, one small record each under {@code device:<name in capitals>}, so that there are no two whose names differ
 * by their case alone. They are indexed by name, owner and security profile; a device is entered before its record is
 * written, so that none is missing, and an entry may thus stand for no device, or for one that has changed since.
 */
@Component
public final class Devices {
    private static final int PAGE = 1000;

    /** Is there once every device is entered under its owner's name in lower case. */
    private static final String OWNERS_IN_LOWER_CASE = "devices-of-owners-in-lower-case";

    private final StringRedisTemplate redis;
    private final Records records;
    private final SecurityProfiles profiles;
    private final NameIndex names;

    Devices(StringRedisTemplate redis, Records records, SecurityProfiles profiles) {
        this.redis = redis;
        this.records = records;
        this.profiles = profiles;
        this.names = new NameIndex(redis, "devices");
    }

    public Optional<Device> find(String name) {
        return findStored(name).map(StoredDevice::device);
    }

    /** Those of a page of names that stand for a device, in their order. */
    public List<Device> find(List<String> page) {
        List<Optional<StoredRecord>> found =
                records.find(page.stream().map(Devices::key).toList());
        return IntStream.range(0, page.size())
                .boxed()
                .flatMap(i -> found
                        .get(i)
                        .map(record -> read(page.get(i), record).device())
                        .filter(device -> device.name().equals(page.get(i)))
                        .stream())
                .toList();
    }

    /** The device, if a token may be issued for it to this subscriber: it is theirs, enabled, and OAuth is on for it. */
    public Optional<Device> findUsable(String name, String subscriber) {
        return find(name).filter(device -> isUsable(device, subscriber));
    }

    /** The same, asked along with other questions. */
    public Supplier<Optional<Device>> findUsable(String name, String subscriber, Round round) {
        if (!Device.isName(name)) {
            return Optional::empty;
        }
        Supplier<Optional<StoredRecord>> record = records.find(key(name), round);
        return () -> toTheLetter(name, record.get().map(stored -> read(name, stored)))
                .map(StoredDevice::device)
                .filter(device -> isUsable(device, subscriber));
    }

    private boolean isUsable(Device device, String subscriber) {
        return device.owner().equalsIgnoreCase(subscriber) && isUsable(device);
    }

    /** Whether its owner may have tokens for it. */
    public boolean isUsable(Device device) {
        return device.enabled() && profiles.allowsOauth(device.securityProfile());
    }

    /** Whether it is known to register without tokens: its profile is there, and says so. */
    public boolean registersWithoutTokens(Device device) {
        return profiles.forbidsOauth(device.securityProfile());
    }

    /** The device with its revision, for who means to change it. */
    public Optional<StoredDevice> findStored(String name) {
        return toTheLetter(name, findInAnyCase(name));
    }

    /** A name is what it is. */
    private static Optional<StoredDevice> toTheLetter(String name, Optional<StoredDevice> inAnyCase) {
        return inAnyCase.filter(stored -> stored.device().name().equals(name));
    }

    /** The device of this name, or the one that has it but for its case. */
    Optional<StoredDevice> findInAnyCase(String name) {
        return Device.isName(name) ? records.find(key(name)).map(record -> read(name, record)) : Optional.empty();
    }

    /** Creates or replaces it, whatever there is. Ends no logins: see {@link DeviceChanges}. */
    public void save(Device device) {
        save(device, findInAnyCase(device.name()).map(StoredDevice::device), Expected.ANYTHING);
    }

    /**
     * @param before what is there according to whom this device is to replace it
     * @return the device's revision
     * @throws RecordChanged if it is not as expected
     */
    String save(Device device, Optional<Device> before, Expected expected) {
        names.enter(device.name());
        redis.opsForZSet().add(ofOwnerKey(device.owner()), device.name(), 0);
        ofProfile(device.securityProfile()).enter(device.name());
        Records.Saved saved = records.save(
                key(device.name()),
                Map.of(
                        "name", device.name(),
                        "owner", device.owner(),
                        "aor", String.join(" ", device.addressesOfRecord()),
                        "profile", device.securityProfile(),
                        "enabled", Boolean.toString(device.enabled())),
                expected);
        before.filter(was -> !was.owner().equals(device.owner())).ifPresent(this::leaveOwner);
        before.filter(was -> !was.securityProfile().equals(device.securityProfile()))
                .ifPresent(this::leaveProfile);
        return saved.revision();
    }

    /** @throws RecordChanged if it is not as expected */
    void remove(Device device, Expected expected) {
        records.remove(key(device.name()), expected);
        names.remove(device.name());
        leaveOwner(device);
        leaveProfile(device);
    }

    private void leaveOwner(Device was) {
        redis.opsForZSet().remove(ofOwnerKey(was.owner()), was.name());
    }

    private void leaveProfile(Device was) {
        ofProfile(was.securityProfile()).remove(was.name());
    }

    /** A page of the names of all devices. */
    public List<String> names(Optional<String> after, int limit) {
        return names.page(after, limit);
    }

    /** A page of the names of devices that have, or had, this owner. */
    public List<String> namesOfOwner(String owner, Optional<String> after, int limit) {
        Range<String> range = after.map(name -> Range.rightUnbounded(Range.Bound.exclusive(name)))
                .orElseGet(Range::unbounded);
        Set<String> page = redis.opsForZSet()
                .rangeByLex(ofOwnerKey(owner), range, Limit.limit().count(limit));
        return page == null ? List.of() : new ArrayList<>(page);
    }

    /**
     * Enters the devices whose owners an earlier release kept with capitals under those names in lower case, whether or not
     * there are such accounts: somebody may get the name later. Looks at all devices, once; to be called again if cut off.
     */
    public void keepOwnersInLowerCase() {
        if (Boolean.TRUE.equals(redis.hasKey(OWNERS_IN_LOWER_CASE))) {
            return;
        }
        List<String> page = names.page(Optional.empty(), PAGE);
        while (!page.isEmpty()) {
            page.forEach(this::keepOwnerInLowerCase);
            page = names.page(Optional.of(page.get(page.size() - 1)), PAGE);
        }
        redis.opsForValue().set(OWNERS_IN_LOWER_CASE, "all");
    }

    private void keepOwnerInLowerCase(String device) {
        String owner = redis.<String, String>opsForHash().get(key(device), "owner");
        if (owner != null && !owner.equals(owner.toLowerCase(Locale.ROOT))) {
            redis.opsForZSet().add(ofOwnerKey(owner), device, 0);
            redis.opsForZSet().remove("devices-of-owner:" + owner, device);
        }
    }

    /** A page of the names of devices that have, or had, this security profile. */
    public List<String> namesOfProfile(String profile, Optional<String> after, int limit) {
        return ofProfile(profile).page(after, limit);
    }

    private NameIndex ofProfile(String profile) {
        return new NameIndex(redis, "devices-of-profile:" + profile);
    }

    private static StoredDevice read(String name, StoredRecord record) {
        Map<String, String> fields = record.fields();
        return new StoredDevice(
                new Device(
                        fields.getOrDefault("name", name),
                        fields.getOrDefault("owner", ""),
                        List.of(fields.getOrDefault("aor", "").split(" ")),
                        fields.getOrDefault("profile", SecurityProfile.WITH_OAUTH),
                        Boolean.parseBoolean(fields.getOrDefault("enabled", "true"))),
                record.revision());
    }

    private static String key(String name) {
        return "device:" + name.toUpperCase(Locale.ROOT);
    }

    private static String ofOwnerKey(String owner) {
        return "devices-of-owner:" + owner.toLowerCase(Locale.ROOT);
    }
}
