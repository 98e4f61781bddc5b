package org.sipoauth.authz.console;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.people.AccountAdministration;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** What is done alike to the accounts of either sort; which sort, and what each change means for it, is for who extends it. */
abstract class AccountPages {
    private final Accounts accounts;
    private final AccountAdministration administration;
    private final boolean ofSubscribers;
    private final String path;

    AccountPages(Accounts accounts, AccountAdministration administration, boolean ofSubscribers, String path) {
        this.accounts = accounts;
        this.administration = administration;
        this.ofSubscribers = ofSubscribers;
        this.path = path;
    }

    /** What happens to an account. */
    enum Fate {
        ENABLED,
        DISABLED,
        REMOVED
    }

    /** What one of them is called, such as {@code subscriber}. */
    abstract String noun();

    /** @throws ResponseStatusException if no account of this sort can have it */
    abstract Kind kind(String role);

    /** What there is to choose from for an account that is made; none where they are all alike. */
    abstract List<Role> roles(String chosen);

    /** What such a change means, a sentence each. */
    abstract List<String> effects(Fate fate, Account account, Authentication who);

    /** @param may what somebody of this role may do */
    record Role(String value, String title, String may, boolean chosen) {}

    /** An account in words; its password's hash is no business of a page. */
    record InWords(String name, Kind kind, String role, boolean enabled, boolean left, String password) {
        static InWords of(Account account) {
            return new InWords(
                    account.name(),
                    account.kind(),
                    account.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    account.enabled(),
                    account.left(),
                    !account.hasPassword()
                            ? "kept elsewhere: " + account.voucher()
                            : account.mustChangePassword()
                                    ? "one-time: to be changed at the next sign-in"
                                    : "of their own choosing");
        }

        /** Nobody disabled who has left the directory, and nobody needs to enable them: they are with their next sign-in. */
        public String state() {
            return enabled ? "enabled" : left ? "left the directory" : "disabled";
        }

        public boolean subscriber() {
            return kind.isSubscriber();
        }
    }

    NamesPage names(String after) {
        return NamesPage.of(
                after, (from, limit) -> accounts.names(ofSubscribers, from, limit), next -> Pages.after(path, next));
    }

    List<InWords> inWords(NamesPage page) {
        return accounts.find(page.names(), ofSubscribers).stream()
                .map(InWords::of)
                .toList();
    }

    @GetMapping("/new")
    String askForNew(Model model) {
        return askForNew("", "", Optional.empty(), model);
    }

    private String askForNew(String name, String role, Optional<String> objection, Model model) {
        model.addAttribute("path", path);
        model.addAttribute("noun", noun());
        model.addAttribute("name", name);
        model.addAttribute("roles", roles(role));
        objection.ifPresent(text -> model.addAttribute("objection", text));
        return "console/account-new";
    }

    /** Answers with the one-time password, in this answer alone. */
    @PostMapping("/new")
    String create(
            @RequestParam String name, @RequestParam(defaultValue = "") String role, Authentication who, Model model) {
        Kind kind = kind(role);
        AccountAdministration.Outcome made;
        try {
            made = administration.put(name.strip(), kind, true, Optional.empty(), Expected.ABSENT, who.getName());
        } catch (RecordChanged taken) {
            return askForNew(
                    name, role, Optional.of("There is an account of that name already: choose another."), model);
        } catch (IllegalArgumentException | RequestRefused refused) {
            return askForNew(name, role, Optional.of(Objection.of(refused)), model);
        }
        return showPassword(capitalized(noun()) + " " + made.account().name() + " was added", made, model);
    }

    /** Asks before somebody may not sign in any more, or may again. */
    @GetMapping("/change")
    String confirmChange(@RequestParam String name, @RequestParam String to, Authentication who, Model model) {
        Account account = require(name);
        boolean enable = isEnable(to);
        model.addAttribute(
                "asked",
                new Confirmation(
                        (enable ? "Enable " : "Disable ") + name + "?",
                        back(name),
                        effects(enable ? Fate.ENABLED : Fate.DISABLED, account, who),
                        path + "/change",
                        Map.of("name", name, "to", to, "revision", account.revision()),
                        enable ? "Enable" : "Disable and sign out everywhere",
                        !enable));
        return "console/confirm";
    }

    @PostMapping("/change")
    String change(
            @RequestParam String name,
            @RequestParam String to,
            @RequestParam String revision,
            Authentication who,
            RedirectAttributes next) {
        require(name);
        boolean enable = isEnable(to);
        return Change.carryOut(
                () -> enable(name, enable, revision, who),
                name + (enable ? " may sign in again." : " is disabled, and signed out everywhere."),
                address(name),
                address(name),
                next);
    }

    /**
     * An account that is disabled already may have logins yet, if the first try was cut off: to ask for the same again, from
     * the same page, ends them.
     */
    private void enable(String name, boolean enable, String revision, Authentication who) {
        try {
            put(name, require(name).kind(), enable, revision, who);
        } catch (RecordChanged meanwhile) {
            Account now = require(name);
            if (enable || now.enabled()) {
                throw meanwhile;
            }
            put(name, now.kind(), false, now.revision(), who);
        }
    }

    /** Makes an account as it is to be, but for its password. */
    void put(String name, Kind kind, boolean enabled, String revision, Authentication who) {
        administration.put(name, kind, enabled, Optional.empty(), new Expected.Revision(revision), who.getName());
    }

    /** Asks before a password is replaced. */
    @GetMapping("/password")
    String confirmPassword(@RequestParam String name, Model model) {
        Account account = require(name);
        model.addAttribute("path", path);
        model.addAttribute("back", back(name));
        model.addAttribute("account", InWords.of(account));
        model.addAttribute("kept", account.hasPassword());
        model.addAttribute("revision", account.revision());
        return "console/account-password";
    }

    /** Answers with the one-time password, in this answer alone. */
    @PostMapping("/password")
    String resetPassword(
            @RequestParam String name,
            @RequestParam String revision,
            @RequestParam(name = "end_logins", defaultValue = "no") String endLogins,
            Authentication who,
            Model model,
            RedirectAttributes next) {
        Account account = require(name);
        try {
            AccountAdministration.Outcome made = administration.resetPassword(
                    account, Optional.empty(), endLogins.equals("yes"), new Expected.Revision(revision), who.getName());
            return showPassword("Another password for " + name, made, model);
        } catch (RecordChanged stale) {
            next.addFlashAttribute("objection", Objection.CHANGED_MEANWHILE);
            return "redirect:" + address(name);
        }
    }

    private String showPassword(String title, AccountAdministration.Outcome made, Model model) {
        String name = made.account().name();
        model.addAttribute(
                "made",
                new ShownOnce(
                        title,
                        back(name),
                        "One-time password",
                        made.oneTimePassword().orElseThrow(),
                        List.of(
                                "It is good for one thing: choosing another at the first sign-in.",
                                "Give it to " + name
                                        + " in a way that only they can read. It is shown this once, and kept"
                                        + " nowhere in this form.")));
        return "console/shown-once";
    }

    /** Asks before somebody is gone for good. */
    @GetMapping("/remove")
    String confirmRemoval(@RequestParam String name, Authentication who, Model model) {
        Account account = require(name);
        model.addAttribute(
                "asked",
                new Confirmation(
                        "Remove " + name + "?",
                        back(name),
                        effects(Fate.REMOVED, account, who),
                        path + "/remove",
                        Map.of("name", name, "revision", account.revision()),
                        "Remove",
                        true));
        return "console/confirm";
    }

    @PostMapping("/remove")
    String remove(
            @RequestParam String name, @RequestParam String revision, Authentication who, RedirectAttributes next) {
        Account account = require(name);
        return Change.carryOut(
                () -> administration.remove(account, new Expected.Revision(revision), who.getName()),
                capitalized(noun()) + " " + name + " is removed.",
                path,
                address(name),
                next);
    }

    /** @throws ResponseStatusException if there is no account of that name and sort */
    Account require(String name) {
        return accounts.find(name)
                .filter(account -> account.kind().isSubscriber() == ofSubscribers)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private static boolean isEnable(String to) {
        return switch (to) {
            case "enabled" -> true;
            case "disabled" -> false;
            default -> throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
        };
    }

    String address(String name) {
        return Pages.named(path, name);
    }

    Diagnosis.Link back(String name) {
        return new Diagnosis.Link(name, address(name));
    }

    private static String capitalized(String word) {
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }
}
