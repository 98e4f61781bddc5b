package org.sipoauth.authz.console;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.people.AccountAdministration;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The subscribers, with their phones and logins; made, disabled, removed, and given another password. */
@Controller
final class SubscriberPages {
    private static final String PATH = Pages.SUBSCRIBERS;

    private final Accounts accounts;
    private final AccountAdministration administration;
    private final Devices devices;
    private final Sessions sessions;
    private final Clock clock;

    SubscriberPages(
            Accounts accounts, AccountAdministration administration, Devices devices, Sessions sessions, Clock clock) {
        this.accounts = accounts;
        this.administration = administration;
        this.devices = devices;
        this.sessions = sessions;
        this.clock = clock;
    }

    /** An account in words; its password's hash is no business of a page. */
    record AccountInWords(String name, boolean subscriber, boolean enabled, String password) {
        static AccountInWords of(Account account) {
            return new AccountInWords(
                    account.name(),
                    account.kind().isSubscriber(),
                    account.enabled(),
                    !account.hasPassword()
                            ? "kept elsewhere: " + account.voucher()
                            : account.mustChangePassword()
                                    ? "one-time: to be changed at the next sign-in"
                                    : "of their own choosing");
        }
    }

    /**
     * One account, or those there are.
     *
     * @param name blank: a page of all
     * @param after the name that the page before ended with
     */
    @GetMapping(PATH)
    String show(
            @RequestParam(defaultValue = "") String name, @RequestParam(defaultValue = "") String after, Model model) {
        String wanted = name.strip();
        model.addAttribute("name", wanted);
        if (wanted.isEmpty()) {
            NamesPage page = NamesPage.of(
                    after, (from, limit) -> accounts.names(true, from, limit), next -> Pages.after(PATH, next));
            model.addAttribute("page", page);
            model.addAttribute(
                    "accounts",
                    page.names().stream()
                            .flatMap(one -> accounts.find(one).stream())
                            .filter(account -> account.kind().isSubscriber())
                            .map(AccountInWords::of)
                            .toList());
            return "console/subscribers";
        }
        Instant now = clock.instant();
        Optional<Account> account = accounts.find(wanted);
        model.addAttribute("account", account.map(AccountInWords::of));
        account.map(Account::name).ifPresent(owner -> {
            NamesPage page = DevicePages.namesOfOwner(devices, owner, "");
            model.addAttribute("devices", DevicePages.ofOwner(devices, owner, page));
            model.addAttribute("more", page.next());
            model.addAttribute(
                    "rows",
                    sessions.ofUser(owner).stream()
                            .map(session -> SessionPages.row(session, now))
                            .toList());
        });
        return "console/subscribers";
    }

    @GetMapping(PATH + "/new")
    String askForNew(Model model) {
        return askForNew("", Optional.empty(), model);
    }

    private static String askForNew(String name, Optional<String> objection, Model model) {
        model.addAttribute("name", name);
        objection.ifPresent(text -> model.addAttribute("objection", text));
        return "console/subscriber-new";
    }

    /** Answers with the one-time password, in this answer alone. */
    @PostMapping(PATH + "/new")
    String create(@RequestParam String name, Authentication who, Model model) {
        AccountAdministration.Outcome made;
        try {
            made = administration.put(
                    name.strip(), Kind.SUBSCRIBER, true, Optional.empty(), Expected.ABSENT, who.getName());
        } catch (RecordChanged taken) {
            return askForNew(name, Optional.of("There is an account of that name already: choose another."), model);
        } catch (IllegalArgumentException | RequestRefused refused) {
            return askForNew(name, Optional.of(Objection.of(refused)), model);
        }
        return showPassword("Subscriber " + made.account().name() + " was added", made, model);
    }

    /** Asks before somebody may not sign in any more, or may again. */
    @GetMapping(PATH + "/change")
    String confirmChange(@RequestParam String name, @RequestParam String to, Model model) {
        Account account = requireSubscriber(name);
        boolean enable = isEnable(to);
        model.addAttribute(
                "asked",
                new Confirmation(
                        (enable ? "Enable " : "Disable ") + name + "?",
                        back(name),
                        enable
                                ? List.of(
                                        "They may sign in, and their phones are given tokens, once they have signed in"
                                                + " on them again.")
                                : List.of(
                                        "They can sign in nowhere, and no phone of theirs is given tokens.",
                                        "Their logins are revoked now. SIP servers refuse them with their next read of"
                                                + " the status lists, 15 seconds by default.",
                                        "Their account, devices and password stay: it can be enabled again."),
                        PATH + "/change",
                        Map.of("name", name, "to", to, "revision", account.revision()),
                        enable ? "Enable" : "Disable and revoke logins",
                        !enable));
        return "console/confirm";
    }

    @PostMapping(PATH + "/change")
    String change(
            @RequestParam String name,
            @RequestParam String to,
            @RequestParam String revision,
            Authentication who,
            RedirectAttributes next) {
        requireSubscriber(name);
        boolean enable = isEnable(to);
        try {
            change(name, enable, revision, who);
            next.addFlashAttribute(
                    "done", name + (enable ? " may sign in again." : " is disabled, and their logins are revoked."));
        } catch (RecordChanged stale) {
            next.addFlashAttribute("objection", Objection.CHANGED_MEANWHILE);
        }
        return "redirect:" + Pages.subscriber(name);
    }

    /**
     * An account that is disabled already may have logins yet, if the first try was cut off: to ask for the same again, from
     * the same page, ends them.
     */
    private void change(String name, boolean enable, String revision, Authentication who) {
        try {
            put(name, enable, revision, who);
        } catch (RecordChanged meanwhile) {
            Account now = requireSubscriber(name);
            if (enable || now.enabled()) {
                throw meanwhile;
            }
            put(name, false, now.revision(), who);
        }
    }

    private void put(String name, boolean enable, String revision, Authentication who) {
        administration.put(
                name, Kind.SUBSCRIBER, enable, Optional.empty(), new Expected.Revision(revision), who.getName());
    }

    /** Asks before a password is replaced. */
    @GetMapping(PATH + "/password")
    String confirmPassword(@RequestParam String name, Model model) {
        Account account = requireSubscriber(name);
        model.addAttribute("account", AccountInWords.of(account));
        model.addAttribute("kept", account.hasPassword());
        model.addAttribute("revision", account.revision());
        return "console/subscriber-password";
    }

    /** Answers with the one-time password, in this answer alone. */
    @PostMapping(PATH + "/password")
    String resetPassword(
            @RequestParam String name,
            @RequestParam String revision,
            @RequestParam(name = "end_logins", defaultValue = "no") String endLogins,
            Authentication who,
            Model model,
            RedirectAttributes next) {
        Account account = requireSubscriber(name);
        try {
            AccountAdministration.Outcome made = administration.resetPassword(
                    account, Optional.empty(), endLogins.equals("yes"), new Expected.Revision(revision), who.getName());
            return showPassword("Another password for " + name, made, model);
        } catch (RecordChanged stale) {
            next.addFlashAttribute("objection", Objection.CHANGED_MEANWHILE);
            return "redirect:" + Pages.subscriber(name);
        }
    }

    private static String showPassword(String title, AccountAdministration.Outcome made, Model model) {
        model.addAttribute(
                "made",
                new ShownOnce(
                        title,
                        back(made.account().name()),
                        "One-time password",
                        made.oneTimePassword().orElseThrow(),
                        List.of(
                                "It is good for one thing: choosing another at the first sign-in.",
                                "Give it to " + made.account().name()
                                        + " in a way that only they can read. It is shown this once, and kept nowhere"
                                        + " in this form.")));
        return "console/shown-once";
    }

    /** Asks before somebody is gone for good. */
    @GetMapping(PATH + "/remove")
    String confirmRemoval(@RequestParam String name, Model model) {
        Account account = requireSubscriber(name);
        model.addAttribute(
                "asked",
                new Confirmation(
                        "Remove " + name + "?",
                        back(name),
                        List.of(
                                "Their logins are revoked, and the account is gone. It cannot be undone; to shut them out"
                                        + " for a while, disable them.",
                                "Their devices stay, disabled: give each to somebody and enable it, or remove it."),
                        PATH + "/remove",
                        Map.of("name", name, "revision", account.revision()),
                        "Remove",
                        true));
        return "console/confirm";
    }

    @PostMapping(PATH + "/remove")
    String remove(
            @RequestParam String name, @RequestParam String revision, Authentication who, RedirectAttributes next) {
        Account account = requireSubscriber(name);
        try {
            administration.remove(account, new Expected.Revision(revision), who.getName());
        } catch (RecordChanged stale) {
            next.addFlashAttribute("objection", Objection.CHANGED_MEANWHILE);
            return "redirect:" + Pages.subscriber(name);
        }
        next.addFlashAttribute("done", "Subscriber " + name + " is removed.");
        return "redirect:" + PATH;
    }

    private Account requireSubscriber(String name) {
        return accounts.find(name)
                .filter(account -> account.kind().isSubscriber())
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private static boolean isEnable(String to) {
        return switch (to) {
            case "enabled" -> true;
            case "disabled" -> false;
            default -> throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
        };
    }

    private static Diagnosis.Link back(String name) {
        return new Diagnosis.Link(name, Pages.subscriber(name));
    }
}
