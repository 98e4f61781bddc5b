package org.sipoauth.authz.console;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.activation.ActivationCodeChanges;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.DeviceChanges;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.device.SecurityProfile;
import org.sipoauth.authz.device.StoredDevice;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The devices: made, changed, removed, and given activation codes. */
@Controller
final class DevicePages {
    private static final String PATH = Pages.DEVICES;

    private final Devices devices;
    private final DeviceChanges changes;
    private final ActivationCodeChanges codes;
    private final Accounts accounts;
    private final Sessions sessions;
    private final Registrars registrars;
    private final Clock clock;

    DevicePages(
            Devices devices,
            DeviceChanges changes,
            ActivationCodeChanges codes,
            Accounts accounts,
            Sessions sessions,
            Registrars registrars,
            Clock clock) {
        this.devices = devices;
        this.changes = changes;
        this.codes = codes;
        this.accounts = accounts;
        this.sessions = sessions;
        this.registrars = registrars;
        this.clock = clock;
    }

    /**
     * A device in words.
     *
     * @param usable whether tokens are issued for it
     */
    record DeviceInWords(
            String name,
            String type,
            String owner,
            List<String> addresses,
            String profile,
            boolean enabled,
            boolean usable) {}

    static DeviceInWords inWords(Device device, Devices devices) {
        return new DeviceInWords(
                device.name(),
                Diagnosis.words(device),
                device.owner(),
                device.addressesOfRecord(),
                device.securityProfile(),
                device.enabled(),
                devices.isUsable(device));
    }

    /**
     * What somebody types.
     *
     * @param addresses one a line
     * @param enabled {@code yes}, or absent
     * @param revision of the device as it was when the form was made; absent: there was none
     */
    record Form(
            @Nullable String name,
            @Nullable String owner,
            @Nullable String addresses,
            @Nullable String profile,
            @Nullable String enabled,
            @Nullable String revision) {

        static Form of(StoredDevice stored) {
            Device device = stored.device();
            return new Form(
                    device.name(),
                    device.owner(),
                    String.join("\n", device.addressesOfRecord()),
                    device.securityProfile(),
                    device.enabled() ? "yes" : null,
                    stored.revision());
        }

        Form withRevision(Optional<StoredDevice> now) {
            return new Form(
                    name,
                    owner,
                    addresses,
                    profile,
                    enabled,
                    now.map(StoredDevice::revision).orElse(null));
        }

        /** @throws IllegalArgumentException if there can be no such device */
        Device device() {
            return new Device(text(name), text(owner), lines(text(addresses)), text(profile), "yes".equals(enabled));
        }

        Expected expected() {
            return Change.seen(text(revision));
        }

        private static String text(@Nullable String typed) {
            return typed == null ? "" : typed.strip();
        }
    }

    static List<String> lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    static NamesPage namesOfOwner(Devices devices, String owner, String after) {
        return NamesPage.of(
                after, (from, limit) -> devices.namesOfOwner(owner, from, limit), next -> Pages.devicesOf(owner, next));
    }

    /** Those of a page that are, and not only were, the owner's. */
    static List<DeviceInWords> ofOwner(Devices devices, String owner, NamesPage page) {
        return devices.find(page.names()).stream()
                .filter(device -> device.owner().equalsIgnoreCase(owner))
                .map(device -> inWords(device, devices))
                .toList();
    }

    /**
     * One device, or those there are.
     *
     * @param name blank: a page of all
     * @param owner of all; blank: whoever
     * @param after the name that the page before ended with
     */
    @GetMapping(PATH)
    String show(
            @RequestParam(defaultValue = "") String name,
            @RequestParam(defaultValue = "") String owner,
            @RequestParam(defaultValue = "") String after,
            Model model) {
        String wanted = name.strip();
        model.addAttribute("name", wanted);
        model.addAttribute("owner", owner);
        if (wanted.isEmpty() && !owner.isEmpty()) {
            NamesPage page = namesOfOwner(devices, owner, after);
            model.addAttribute("page", page);
            model.addAttribute("devices", ofOwner(devices, owner, page));
            return "console/devices";
        }
        if (wanted.isEmpty()) {
            NamesPage page = NamesPage.of(after, devices::names, next -> Pages.after(PATH, next));
            model.addAttribute("page", page);
            model.addAttribute(
                    "devices",
                    devices.find(page.names()).stream()
                            .map(device -> inWords(device, devices))
                            .toList());
            return "console/devices";
        }
        Instant now = clock.instant();
        Optional<Device> device = devices.find(wanted);
        model.addAttribute("device", device.map(found -> inWords(found, devices)));
        model.addAttribute("registered", device.flatMap(found -> registered(registrars.about(found.name()), now)));
        model.addAttribute(
                "activatable",
                codes.areOffered()
                        && device.filter(found -> codes.objection(found).isEmpty())
                                .isPresent());
        model.addAttribute(
                "rows",
                sessions.ofDevice(wanted).stream()
                        .map(session -> SessionPages.row(session, now))
                        .toList());
        return "console/devices";
    }

    /** Where it is registered, as far as registrars say; empty: this server may ask none. */
    private static Optional<String> registered(Registrars.Answers answers, Instant now) {
        if (!answers.asked()) {
            return Optional.empty();
        }
        List<String> unknown = Stream.of(answers.unsearched(), answers.silent())
                .flatMap(List::stream)
                .toList();
        return Optional.of(answers.heard()
                .filter(heard -> heard.refused().isEmpty())
                .map(heard -> "at " + heard.node() + "; that ends "
                        + Moment.of(heard.at(), now).distance() + " unless it registers again")
                .orElse(
                        unknown.isEmpty()
                                ? "nowhere"
                                : "nowhere that is known; no answer from " + String.join(", ", unknown)));
    }

    /** @param owner of the page that somebody comes from, if that is a subscriber's */
    @GetMapping(PATH + "/new")
    String askForNew(@RequestParam(defaultValue = "") String owner, Model model) {
        Form blank = new Form(null, owner, null, SecurityProfile.WITH_OAUTH, "yes", null);
        return ask(blank, true, Optional.empty(), model);
    }

    @PostMapping(PATH + "/new")
    String create(@ModelAttribute("typed") Form typed, Authentication who, Model model, RedirectAttributes next) {
        try {
            return save(typed.device(), Expected.ABSENT, who, next);
        } catch (RecordChanged taken) {
            return ask(typed, true, Optional.of("There is a device of that name already: change that one."), model);
        } catch (IllegalArgumentException | RequestRefused refused) {
            return ask(typed, true, Optional.of(Objection.of(refused)), model);
        }
    }

    @GetMapping(PATH + "/edit")
    String askForChange(@RequestParam String name, Model model) {
        return ask(Form.of(requireDevice(name)), false, Optional.empty(), model);
    }

    /** Where somebody else was quicker, what was typed stays, beside what the device is like now. */
    @PostMapping(PATH + "/edit")
    String change(@ModelAttribute("typed") Form typed, Authentication who, Model model, RedirectAttributes next) {
        try {
            return save(typed.device(), typed.expected(), who, next);
        } catch (RecordChanged stale) {
            Optional<StoredDevice> now = devices.findStored(Form.text(typed.name()));
            model.addAttribute("stale", true);
            model.addAttribute("now", now.map(stored -> inWords(stored.device(), devices)));
            return ask(typed.withRevision(now), false, Optional.empty(), model);
        } catch (IllegalArgumentException | RequestRefused refused) {
            return ask(typed, false, Optional.of(Objection.of(refused)), model);
        }
    }

    private String save(Device device, Expected expected, Authentication who, RedirectAttributes next) {
        boolean created = changes.save(device, expected, who.getName()).before().isEmpty();
        next.addFlashAttribute(
                "done",
                "Device " + device.name() + (created ? " was added." : " is changed.")
                        + (accounts.isSubscriber(device.owner())
                                ? ""
                                : " Nobody can sign in on it yet: there is no enabled subscriber " + device.owner()
                                        + "."));
        return "redirect:" + Pages.device(device.name());
    }

    private String ask(Form typed, boolean creating, Optional<String> objection, Model model) {
        model.addAttribute("typed", typed);
        model.addAttribute("creating", creating);
        model.addAttribute("profiles", new TreeSet<>(changes.profileNames()));
        model.addAttribute("most", Device.MAX_ADDRESSES);
        objection.ifPresent(text -> model.addAttribute("objection", text));
        return "console/device-form";
    }

    /** Asks before a device is gone. */
    @GetMapping(PATH + "/remove")
    String confirmRemoval(@RequestParam String name, Model model) {
        StoredDevice stored = requireDevice(name);
        model.addAttribute(
                "asked",
                new Confirmation(
                        "Remove device " + name + "?",
                        back(name),
                        List.of(
                                "The logins on it are revoked. SIP servers refuse them with their next read of the status"
                                        + " lists, 15 seconds by default.",
                                "No configuration file is served to it any more.",
                                "To stop it for a while, edit it and take away “enabled”."),
                        PATH + "/remove",
                        Map.of("name", name, "revision", stored.revision()),
                        "Remove",
                        true));
        return "console/confirm";
    }

    @PostMapping(PATH + "/remove")
    String remove(
            @RequestParam String name, @RequestParam String revision, Authentication who, RedirectAttributes next) {
        return Change.carryOut(
                () -> changes.remove(name, new Expected.Revision(revision), who.getName()),
                "Device " + name + " is removed.",
                PATH,
                Pages.device(name),
                next);
    }

    /** Asks before there is another code, which ends the one before. */
    @GetMapping(PATH + "/activation-code")
    String confirmCode(@RequestParam String name, Model model) {
        Device device = requireActivatable(name);
        model.addAttribute(
                "asked",
                new Confirmation(
                        "Make an activation code for " + name + "?",
                        back(name),
                        List.of(
                                "Whoever types it at the phone signs it in as " + device.owner() + ", once.",
                                "A code that it had before is no longer valid."),
                        PATH + "/activation-code",
                        Map.of("name", name, "revision", codes.revision(device)),
                        "Make a code",
                        false));
        return "console/confirm";
    }

    /** Answers with the code, in this answer alone: to load the page anew must not end the code that somebody has noted. */
    @PostMapping(PATH + "/activation-code")
    String createCode(
            @RequestParam String name,
            @RequestParam String revision,
            Authentication who,
            Model model,
            RedirectAttributes next) {
        ActivationCodeChanges.NewCode code;
        try {
            code = codes.create(requireActivatable(name), revision, who.getName());
        } catch (RecordChanged made) {
            next.addFlashAttribute(
                    "objection",
                    "No other code was made: " + name
                            + " was given one since you opened the page. It stays good; if nobody has noted it, ask again.");
            return "redirect:" + Pages.device(name);
        }
        Moment end = Moment.of(code.expiresAt(), clock.instant());
        model.addAttribute(
                "made",
                new ShownOnce(
                        "Activation code for " + name,
                        back(name),
                        "Activation code",
                        code.code(),
                        List.of(
                                "Type it at the phone. It is good once, until " + end.utc() + " UTC (" + end.distance()
                                        + ").",
                                "It is shown this once, and kept nowhere in this form.")));
        return "console/shown-once";
    }

    private Device requireActivatable(String name) {
        Device device = requireDevice(name).device();
        if (!codes.areOffered() || codes.objection(device).isPresent()) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        return device;
    }

    private StoredDevice requireDevice(String name) {
        return devices.findStored(name).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private static Diagnosis.Link back(String name) {
        return new Diagnosis.Link(name, Pages.device(name));
    }
}
