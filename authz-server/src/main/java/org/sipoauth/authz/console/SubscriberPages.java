package org.sipoauth.authz.console;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.people.AccountAdministration;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The subscribers, with their phones and logins; made, disabled, removed, and given another password. */
@Controller
@RequestMapping(Pages.SUBSCRIBERS)
final class SubscriberPages extends AccountPages {
    private final Accounts accounts;
    private final Devices devices;
    private final Sessions sessions;
    private final Clock clock;

    SubscriberPages(
            Accounts accounts, AccountAdministration administration, Devices devices, Sessions sessions, Clock clock) {
        super(accounts, administration, true, Pages.SUBSCRIBERS);
        this.accounts = accounts;
        this.devices = devices;
        this.sessions = sessions;
        this.clock = clock;
    }

    /**
     * One account, or those there are.
     *
     * @param name blank: a page of all
     * @param after the name that the page before ended with
     */
    @GetMapping
    String show(
            @RequestParam(defaultValue = "") String name, @RequestParam(defaultValue = "") String after, Model model) {
        String wanted = name.strip();
        model.addAttribute("name", wanted);
        if (wanted.isEmpty()) {
            NamesPage page = names(after);
            model.addAttribute("page", page);
            model.addAttribute("accounts", inWords(page));
            return "console/subscribers";
        }
        Instant now = clock.instant();
        Optional<Account> account = accounts.find(wanted);
        model.addAttribute("account", account.map(InWords::of));
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

    @Override
    String noun() {
        return "subscriber";
    }

    @Override
    Kind kind(String role) {
        return Kind.SUBSCRIBER;
    }

    @Override
    List<Role> roles(String chosen) {
        return List.of();
    }

    @Override
    List<String> effects(Fate fate, Account account, Authentication who) {
        return switch (fate) {
            case ENABLED ->
                List.of("They may sign in, and their phones are given tokens, once they have signed in on them again.");
            case DISABLED ->
                List.of(
                        "They can sign in nowhere, and no phone of theirs is given tokens.",
                        "Their logins are revoked now. SIP servers refuse them with their next read of the status lists, 15"
                                + " seconds by default.",
                        "Their account, devices and password stay: it can be enabled again.");
            case REMOVED ->
                List.of(
                        "Their logins are revoked, and the account is gone. It cannot be undone; to shut them out for a"
                                + " while, disable them.",
                        "Their devices stay, disabled: give each to somebody and enable it, or remove it.");
        };
    }
}
