package org.sipoauth.authz.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sipoauth.authz.audit.AuditStream;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.DeviceType;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.mode.ModeStore;
import org.sipoauth.authz.parameter.CurrentParameters;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.subscriber.Accounts;
import org.sipoauth.authz.throttle.Network;
import org.springframework.stereotype.Component;

/** Gathers what is known of a device for its {@link Diagnosis}. */
@Component
final class Diagnoses {
    private static final Duration LOOK_BACK = Duration.ofDays(7);
    private static final Duration LOOK_BACK_FOR_NAMELESS = Duration.ofDays(1);

    /** Records of a device that say what it was refused, or where it was. */
    private static final int RECORDS = 100;

    private static final AuditStream.Page NOTHING = new AuditStream.Page(List.of(), Optional.empty());

    private final Devices devices;
    private final Accounts accounts;
    private final Sessions sessions;
    private final ModeStore mode;
    private final AuditStream audit;
    private final CurrentParameters parameters;
    private final Registrars registrars;
    private final Clock clock;

    Diagnoses(
            Devices devices,
            Accounts accounts,
            Sessions sessions,
            ModeStore mode,
            AuditStream audit,
            CurrentParameters parameters,
            Registrars registrars,
            Clock clock) {
        this.devices = devices;
        this.accounts = accounts;
        this.sessions = sessions;
        this.mode = mode;
        this.audit = audit;
        this.parameters = parameters;
        this.registrars = registrars;
        this.clock = clock;
    }

    Diagnosis of(String device, Optional<Diagnosis.Said> said) {
        return Diagnosis.of(facts(device, said));
    }

    private Diagnosis.Facts facts(String name, Optional<Diagnosis.Said> said) {
        Instant now = clock.instant();
        Optional<Device> device = devices.find(name);
        Instant lookBack = now.minus(LOOK_BACK);
        AuditStream.Page own = device.map(found -> ofDevice(found, lookBack)).orElse(NOTHING);
        Instant lookBackForNameless = now.minus(LOOK_BACK_FOR_NAMELESS);
        AuditStream.Page nameless = DeviceType.ofName(name)
                .map(type -> nameless(type, lookBackForNameless))
                .orElse(NOTHING);
        return new Diagnosis.Facts(
                name,
                now,
                mode.load().isEnabled(),
                device,
                device.filter(devices::isUsable).isPresent(),
                device.flatMap(found -> accounts.find(found.owner())),
                device.isPresent() ? sessions.ofDevice(name) : List.of(),
                own.records().stream().filter(Diagnoses::isRefusal).toList(),
                own.searchedBackTo().orElse(lookBack),
                nameless.records(),
                nameless.searchedBackTo().orElse(lookBackForNameless),
                networks(own.records()),
                parameters.get().accessToken(),
                said,
                device.map(found -> registrars.about(found.name())).orElse(Registrars.Answers.NONE));
    }

    /** Of the device; and of its owner where no device is named, for a sign-in or a code names none. */
    private AuditStream.Page ofDevice(Device device, Instant since) {
        return audit.page(
                record -> (isRefusal(record) || record.containsKey("address"))
                        && (device.name().equals(record.get("device"))
                                || device.owner().equals(record.get("user")) && !record.containsKey("device")),
                since,
                Optional.empty(),
                RECORDS);
    }

    private AuditStream.Page nameless(DeviceType type, Instant since) {
        return audit.page(record -> NamelessRefusal.isOne(record, type), since, Optional.empty(), RECORDS);
    }

    private static boolean isRefusal(Map<String, String> record) {
        String event = record.getOrDefault("event", "");
        return event.endsWith("refused") || event.equals("device_denied");
    }

    /** Where a device was, or a browser of its owner. */
    private static Set<String> networks(List<Map<String, String>> records) {
        return records.stream()
                .flatMap(record -> Stream.of("address", "phone_address").map(record::get))
                .filter(Objects::nonNull)
                .map(Network::of)
                .collect(Collectors.toSet());
    }
}
