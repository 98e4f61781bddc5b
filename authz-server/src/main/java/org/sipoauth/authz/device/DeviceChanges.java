package org.sipoauth.authz.device;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RecordChanged;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Changes devices for administrators. What a device may no longer do ends with the change: a refresh is refused from then
 * on, and the logins of before are revoked, so that registrars hear of it with their next poll. A code that would begin a
 * login ends before the change, so that it is not good again if the change is taken back; an address that is taken away ends
 * none, for a code says nothing of addresses.
 */
@Component
public final class DeviceChanges {
    static final String NO_SUCH_PROFILE =
            "there is no security profile of this name: make it first, or name one that there is";

    private static final int TRIES = 20;

    private final Devices devices;
    private final SecurityProfiles profiles;
    private final DeviceLogins logins;
    private final UnusedCodes codes;
    private final Audit audit;

    DeviceChanges(Devices devices, SecurityProfiles profiles, DeviceLogins logins, UnusedCodes codes, Audit audit) {
        this.devices = devices;
        this.profiles = profiles;
        this.logins = logins;
        this.codes = codes;
        this.audit = audit;
    }

    /** @param before empty: it was created */
    public record Saved(StoredDevice stored, Optional<Device> before) {}

    /**
     * Creates or replaces a device, and records it; when this returns, the replicas have it. To ask twice does no harm.
     *
     * @param by who asks for it, for the audit
     * @throws RecordChanged if the device is not as expected
     * @throws RequestRefused if there is no such security profile, or a device whose name differs by its case alone
     */
    public Saved save(Device next, Expected expected, String by) {
        Saved saved = save(next, expected);
        audit.event("device_saved")
                .with("by", by)
                .with("device", next.name())
                .changed(saved.before().map(DeviceChanges::json).orElse(Map.of()), json(next))
                .keep();
        return saved;
    }

    /** As {@link #save(Device, Expected, String)}, without a record. */
    Saved save(Device next, Expected expected) {
        requireProfile(next);
        for (int tries = 0; tries < TRIES; tries++) {
            Optional<StoredDevice> before = devices.findInAnyCase(next.name());
            requireNoTwin(next, before);
            expected.require(before.map(StoredDevice::revision));
            Optional<Device> was = before.map(StoredDevice::device);
            Optional<DeviceLogins.Order> order = was.flatMap(device -> whyLoginsEnd(device, next))
                    .map(reason -> logins.orderForDevice(next.name(), reason));
            was.flatMap(device -> whyNobodyMaySignIn(device, next)).ifPresent(reason -> endCode(next));
            try {
                String revision = devices.save(next, was, decidedWith(before));
                order.ifPresent(DeviceLogins.Order::carryOut);
                return new Saved(new StoredDevice(next, revision), was);
            } catch (RecordChanged another) {
                order.ifPresent(DeviceLogins.Order::withdraw);
            }
        }
        throw new ConcurrencyFailureException("others keep changing this device");
    }

    /**
     * Disables a device, unless it is disabled, or has another owner by now.
     *
     * @return whether it did
     */
    boolean disable(String name, String owner) {
        for (int tries = 0; tries < TRIES; tries++) {
            Optional<StoredDevice> before = devices.findStored(name)
                    .filter(stored -> stored.device().enabled())
                    .filter(stored -> stored.device().owner().equals(owner));
            if (before.isEmpty()) {
                return false;
            }
            try {
                save(
                        before.get().device().disabled(),
                        new Expected.Revision(before.get().revision()));
                return true;
            } catch (RecordChanged another) {
                // once more, with what it is now
            }
        }
        throw new ConcurrencyFailureException("others keep changing this device");
    }

    /**
     * Removes a device, and records it; its logins end at once.
     *
     * @param by who asks for it, for the audit
     * @return what it was; empty: there was none
     * @throws RecordChanged if the device is not as expected
     */
    public Optional<Device> remove(String name, Expected expected, String by) {
        Optional<Device> removed = remove(name, expected);
        removed.ifPresent(device -> audit.event("device_removed")
                .with("by", by)
                .with("device", name)
                .changed(json(device), Map.of())
                .keep());
        return removed;
    }

    private Optional<Device> remove(String name, Expected expected) {
        for (int tries = 0; tries < TRIES; tries++) {
            Optional<StoredDevice> before = devices.findStored(name);
            if (before.isEmpty()) {
                return Optional.empty();
            }
            expected.require(before.map(StoredDevice::revision));
            DeviceLogins.Order order = logins.orderForDevice(name, "device removed");
            endCode(before.get().device());
            try {
                devices.remove(before.get().device(), decidedWith(before));
                order.carryOut();
                return before.map(StoredDevice::device);
            } catch (RecordChanged another) {
                order.withdraw();
            }
        }
        throw new ConcurrencyFailureException("others keep changing this device");
    }

    /** Of the security profiles that a device may refer to. */
    public Set<String> profileNames() {
        return profiles.all().keySet();
    }

    static Map<String, Object> json(Device device) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", device.name());
        json.put("type", device.type().name().toLowerCase(Locale.ROOT));
        json.put("owner", device.owner());
        json.put("addresses_of_record", device.addressesOfRecord());
        json.put("security_profile", device.securityProfile());
        json.put("enabled", device.enabled());
        return json;
    }

    private void requireProfile(Device device) {
        if (profiles.find(device.securityProfile()).isEmpty()) {
            throw new RequestRefused(HttpStatus.BAD_REQUEST, NO_SUCH_PROFILE);
        }
    }

    /** @throws RequestRefused if another device has its name but for its case */
    void requireNoTwin(Device device, Optional<StoredDevice> there) {
        if (there.isPresent() && !there.get().device().name().equals(device.name())) {
            throw new RequestRefused(
                    HttpStatus.CONFLICT,
                    "there is the device " + there.get().device().name()
                            + ", whose name differs by upper and lower case alone: choose another name");
        }
    }

    /** Of the devices, desk phones alone are given codes. */
    void endCode(Device device) {
        if (device.type() == DeviceType.DESK_PHONE) {
            codes.end(device.name());
        }
    }

    /** An address that is added shows in the next token; whatever is taken away ends the logins that could use it. */
    private Optional<String> whyLoginsEnd(Device before, Device next) {
        return whyNobodyMaySignIn(before, next)
                .or(() -> new HashSet<>(next.addressesOfRecord()).containsAll(before.addressesOfRecord())
                        ? Optional.empty()
                        : Optional.of("address-of-record taken from the device"));
    }

    /** Nobody, or nobody who might have before. */
    private Optional<String> whyNobodyMaySignIn(Device before, Device next) {
        if (!next.enabled()) {
            return Optional.of("device disabled");
        }
        if (!next.owner().equals(before.owner())) {
            return Optional.of("device has another owner");
        }
        return devices.isUsable(next) ? Optional.empty() : Optional.of("device's profile is without OAuth");
    }

    private static Expected decidedWith(Optional<StoredDevice> before) {
        return before.<Expected>map(seen -> new Expected.Revision(seen.revision()))
                .orElse(Expected.ABSENT);
    }
}
