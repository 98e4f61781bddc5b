package org.sipoauth.authz.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.sipoauth.authz.people.AccountAdministration;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The administrators and their roles; made, given another role or password, disabled and removed. */
@Controller
@RequestMapping(Pages.ADMINISTRATORS)
final class AdministratorPages extends AccountPages {
    private static final String PATH = Pages.ADMINISTRATORS;

    private final Accounts accounts;

    AdministratorPages(Accounts accounts, AccountAdministration administration) {
        super(accounts, administration, false, PATH);
        this.accounts = accounts;
    }

    /**
     * One of them, or those there are.
     *
     * @param name blank: a page of all
     * @param after the name that the page before ended with
     */
    @GetMapping
    String show(
            @RequestParam(defaultValue = "") String name, @RequestParam(defaultValue = "") String after, Model model) {
        if (name.isBlank()) {
            NamesPage page = names(after);
            model.addAttribute("page", page);
            model.addAttribute("accounts", inWords(page));
            return "console/administrators";
        }
        Account account = require(name);
        model.addAttribute("account", InWords.of(account));
        model.addAttribute("last", accounts.isLastAdministrator(account.name()));
        return "console/administrator";
    }

    /** @return the form for another role */
    @GetMapping("/role")
    String askForRole(@RequestParam String name, Authentication who, Model model) {
        Account account = require(name);
        List<String> warnings = warnings(account, who);
        if (!account.hasPassword()) {
            warnings.add(
                    "Whoever keeps the password (" + account.voucher() + ") says the role as well, with each sign-in.");
        }
        model.addAttribute("account", InWords.of(account));
        model.addAttribute("warnings", warnings);
        model.addAttribute("roles", roles(value(account.kind())));
        model.addAttribute("revision", account.revision());
        return "console/administrator-role";
    }

    @PostMapping("/role")
    String changeRole(
            @RequestParam String name,
            @RequestParam String role,
            @RequestParam String revision,
            Authentication who,
            RedirectAttributes next) {
        Account account = require(name);
        Kind kind = kind(role);
        return Change.carryOut(
                () -> put(account.name(), kind, account.enabled(), revision, who),
                name + " has the role " + title(kind) + ".",
                address(name),
                address(name),
                next);
    }

    @Override
    String noun() {
        return "administrator";
    }

    @Override
    Kind kind(String role) {
        return kinds().stream()
                .filter(kind -> value(kind).equals(role))
                .findFirst()
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.BAD_REQUEST));
    }

    @Override
    List<Role> roles(String chosen) {
        return kinds().stream()
                .map(kind -> new Role(
                        value(kind), title(kind), may(kind), value(kind).equals(chosen)))
                .toList();
    }

    @Override
    List<String> effects(Fate fate, Account account, Authentication who) {
        List<String> effects = new ArrayList<>();
        switch (fate) {
            case ENABLED -> effects.add("They may sign in again, with the role " + title(account.kind()) + ".");
            case DISABLED -> {
                effects.add("They can sign in nowhere, and browsers in which they are signed in are signed out.");
                effects.add("Their account, role and password stay: it can be enabled again.");
            }
            case REMOVED ->
                effects.add("Browsers in which they are signed in are signed out, and the account is gone. It cannot be"
                        + " undone; to shut them out for a while, disable them.");
        }
        if (fate != Fate.ENABLED) {
            effects.addAll(warnings(account, who));
        }
        return effects;
    }

    /** What somebody should know who takes an administrator what they may do. */
    private List<String> warnings(Account account, Authentication who) {
        List<String> warnings = new ArrayList<>();
        if (account.name().equals(who.getName())) {
            warnings.add("This is you: you will be signed out.");
        }
        if (accounts.isLastAdministrator(account.name())) {
            warnings.add(
                    "It will be refused: nobody else who has a password here is an enabled administrator who may do"
                            + " everything. Give somebody else that role first.");
        }
        return warnings;
    }

    private static List<Kind> kinds() {
        return Arrays.stream(Kind.values()).filter(kind -> !kind.isSubscriber()).toList();
    }

    /** As the administration API has it. */
    private static String value(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static String title(Kind kind) {
        return value(kind).replace('_', '-');
    }

    private static String may(Kind kind) {
        return switch (kind) {
            case ADMINISTRATOR -> "May do everything: keys, edges, the mode, parameters and administrators as well.";
            case OPERATOR ->
                "Sees everything, and does the daily work: subscribers and their passwords, devices, logins.";
            case READ_ONLY -> "Sees everything, and changes nothing.";
            case SUBSCRIBER -> throw new IllegalArgumentException("no administrator");
        };
    }
}
