package org.sipoauth.authz.activation;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.deskphone.WayIn;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.DeviceType;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.manufacturer.Admission;
import org.sipoauth.authz.redis.RecordChanged;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Makes and ends activation codes for administrators, and records it. If the store does not confirm a code, nobody has it,
 * and the one before may be gone: to ask again makes another.
 */
@Component
public final class ActivationCodeChanges {
    private final ActivationCodes codes;
    private final Admission admission;
    private final Devices devices;
    private final Clock clock;
    private final Audit audit;
    private final MeterRegistry meters;

    ActivationCodeChanges(
            ActivationCodes codes,
            Admission admission,
            Devices devices,
            Clock clock,
            Audit audit,
            MeterRegistry meters) {
        this.codes = codes;
        this.admission = admission;
        this.devices = devices;
        this.clock = clock;
        this.audit = audit;
        this.meters = meters;
    }

    /** @param code as a person types it; nobody will be shown it again */
    public record NewCode(String device, String code, Instant expiresAt) {
        @Override
        public String toString() {
            return "NewCode[" + device + "]";
        }
    }

    /** Whether phones may be signed in with activation codes at all. */
    public boolean areOffered() {
        return admission.offers(WayIn.ACTIVATION_CODE);
    }

    /** Why there can be no code for this device. */
    public Optional<String> objection(Device device) {
        if (device.type() != DeviceType.DESK_PHONE) {
            return Optional.of(device.name() + " is no desk phone");
        }
        return devices.findUsable(device.name(), device.owner()).isPresent()
                ? Optional.empty()
                : Optional.of(device.name() + " is disabled, or its security profile has no OAuth; enable that first");
    }

    /** What tells the code that a device has from others before and after it, and tells nothing of it; empty: it has none. */
    public String revision(Device device) {
        return codes.revision(device.name());
    }

    /**
     * Makes a code for a device, in place of the one that it has.
     *
     * @param device to which there is no {@link #objection}
     * @param by who asks for it, for the audit
     * @throws DataAccessException if the store or its replicas did not confirm it; then it is to be asked for again
     */
    NewCode create(Device device, String by) {
        return create(device, Optional.empty(), by);
    }

    /**
     * The same, for somebody who must not replace a code that was made meanwhile.
     *
     * @param revision of the code that the device had when they asked
     * @throws RecordChanged if it has another
     */
    public NewCode create(Device device, String revision, String by) {
        return create(device, Optional.of(revision), by);
    }

    private NewCode create(Device device, Optional<String> replaced, String by) {
        ActivationCodes.Created created = codes.create(device.name(), device.owner(), replaced, clock.instant());
        audit.event("activation_code_created")
                .about(new Concerned(null, device.owner(), device.name(), null))
                .with("by", by)
                .with("expires_at", created.expiresAt())
                .keep();
        count("created");
        return new NewCode(created.device(), created.code().shown(), created.expiresAt());
    }

    /** Ends the code of a device. @return false if it has none that can still be used */
    boolean remove(String device, Optional<String> owner, String by) {
        if (!codes.remove(device, clock.instant())) {
            return false;
        }
        audit.event("activation_code_removed")
                .about(new Concerned(null, owner.orElse(null), device, null))
                .with("by", by)
                .keep();
        count("removed");
        return true;
    }

    private void count(String outcome) {
        meters.counter("sipoauth.activation.codes", "outcome", outcome).increment();
    }
}
