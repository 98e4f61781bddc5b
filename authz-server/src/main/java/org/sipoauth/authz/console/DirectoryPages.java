package org.sipoauth.authz.console;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Devices and subscribers, one at a time by name, with where to go from there. */
@Controller
final class DirectoryPages {
    private final Devices devices;
    private final Accounts accounts;
    private final Sessions sessions;
    private final Clock clock;

    DirectoryPages(Devices devices, Accounts accounts, Sessions sessions, Clock clock) {
        this.devices = devices;
        this.accounts = accounts;
        this.sessions = sessions;
        this.clock = clock;
    }

    /** A device in words. */
    record DeviceInWords(String name, String type, String owner, List<String> addresses, boolean usable) {
        static DeviceInWords of(Device device, boolean usable) {
            return new DeviceInWords(
                    device.name(), Diagnosis.words(device), device.owner(), device.addressesOfRecord(), usable);
        }
    }

    /** An account in words; its password's hash is no business of a page. */
    record AccountInWords(String name, boolean subscriber, boolean mustChangePassword) {
        static AccountInWords of(Account account) {
            return new AccountInWords(account.name(), account.kind().isSubscriber(), account.mustChangePassword());
        }
    }

    @GetMapping("/console/devices")
    String device(@RequestParam(defaultValue = "") String name, Model model) {
        String wanted = name.strip();
        Instant now = clock.instant();
        model.addAttribute("name", wanted);
        model.addAttribute(
                "device",
                devices.find(wanted)
                        .map(device -> DeviceInWords.of(
                                device,
                                devices.findUsable(wanted, device.owner()).isPresent())));
        model.addAttribute(
                "rows",
                wanted.isEmpty()
                        ? List.of()
                        : sessions.ofDevice(wanted).stream()
                                .map(session -> SessionPages.row(session, now))
                                .toList());
        return "console/devices";
    }

    @GetMapping("/console/subscribers")
    String subscriber(@RequestParam(defaultValue = "") String name, Model model) {
        String wanted = name.strip();
        Instant now = clock.instant();
        model.addAttribute("name", wanted);
        model.addAttribute("account", accounts.find(wanted).map(AccountInWords::of));
        model.addAttribute(
                "rows",
                wanted.isEmpty()
                        ? List.of()
                        : sessions.ofUser(wanted).stream()
                                .map(session -> SessionPages.row(session, now))
                                .toList());
        return "console/subscribers";
    }
}
