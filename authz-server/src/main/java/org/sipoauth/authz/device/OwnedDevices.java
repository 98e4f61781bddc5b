package org.sipoauth.authz.device;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.audit.Concerned;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** The devices of one owner, all at once. */
@Component
public final class OwnedDevices {
    private static final int PAGE = 100;

    private final Devices devices;
    private final DeviceChanges changes;
    private final Audit audit;

    OwnedDevices(Devices devices, DeviceChanges changes, Audit audit) {
        this.devices = devices;
        this.changes = changes;
        this.audit = audit;
    }

    /**
     * Disables every device of an owner; to be called again if it was cut off.
     *
     * @param by who asks for it, for the audit
     */
    public void disableAll(String owner, String by) {
        forEach(owner, name -> {
            if (changes.disable(name, owner)) {
                audit.event("device_disabled")
                        .about(new Concerned(null, owner, name, null))
                        .with("by", by)
                        .keep();
            }
        });
    }

    /**
     * Ends the unused code of every device of an owner; to be called again if it was cut off.
     *
     * @throws DataAccessException if the store or its replicas did not confirm one; then it is to be asked for again
     */
    public void endCodes(String owner) {
        forEach(
                owner,
                name -> devices.find(name)
                        .filter(device ->
                                device.owner().equalsIgnoreCase(owner)) // the index also holds what was theirs
                        .ifPresent(changes::endCode));
    }

    private void forEach(String owner, Consumer<String> device) {
        List<String> page = devices.namesOfOwner(owner, Optional.empty(), PAGE);
        while (!page.isEmpty()) {
            page.forEach(device);
            page = devices.namesOfOwner(owner, Optional.of(page.get(page.size() - 1)), PAGE);
        }
    }
}
