package org.sipoauth.authz.people;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.Members;
import org.sipoauth.authz.administration.PageRequest;
import org.sipoauth.authz.administration.Preconditions;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.sipoauth.authz.subscriber.Accounts.NewPassword;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/** The accounts of one of the two sorts; of which, and what a request says beside, is for who extends it. */
abstract class AccountsEndpoint {
    private final AccountAdministration administration;
    private final boolean ofSubscribers;
    private final String path;

    /** @param path whose last part is what a page calls them */
    AccountsEndpoint(AccountAdministration administration, boolean ofSubscribers, String path) {
        this.administration = administration;
        this.ofSubscribers = ofSubscribers;
        this.path = path;
    }

    /** What to send to create or change one. */
    abstract String howToPut();

    /** What to send for another password. */
    abstract String howToResetPassword();

    /** The sort that a request to create or change one says, or implies. */
    abstract Kind kind(Members members);

    /** Whether the logins of phones end with a password. */
    abstract boolean endLogins(Members members);

    @GetMapping
    Map<String, Object> list(@RequestParam MultiValueMap<String, String> parameters) {
        PageRequest page = PageRequest.of(parameters, Set.of());
        List<String> names = administration.names(ofSubscribers, page);
        return page.answer(
                path.substring(path.lastIndexOf('/') + 1),
                AccountAnswers.json(administration.read(names, ofSubscribers)),
                names);
    }

    @GetMapping("/{name}")
    ResponseEntity<Object> show(@PathVariable String name) {
        return AccountAnswers.found(administration.find(name, ofSubscribers));
    }

    /**
     * @param body {@code enabled}; {@code password} if it is not to be made here, or to be another, with
     *     {@code must_change_password} if it is to stay; and what this sort has beside
     */
    @PutMapping("/{name}")
    ResponseEntity<Object> put(
            @PathVariable String name,
            @RequestBody Map<String, @Nullable Object> body,
            @RequestHeader HttpHeaders headers,
            Authentication who) {
        Members members = new Members(body, howToPut());
        Kind kind = kind(members);
        boolean enabled = members.flag("enabled");
        Optional<NewPassword> password = AccountAdministration.password(members);
        members.end();
        return AccountAnswers.put(
                path, administration.put(name, kind, enabled, password, Preconditions.of(headers), who.getName()));
    }

    /** @param body a password as above, or none, and what this sort has beside */
    @PostMapping("/{name}/password")
    ResponseEntity<Object> resetPassword(
            @PathVariable String name,
            @RequestBody Map<String, @Nullable Object> body,
            @RequestHeader HttpHeaders headers,
            Authentication who) {
        Members members = new Members(body, howToResetPassword());
        boolean endLogins = endLogins(members);
        Optional<NewPassword> password = AccountAdministration.password(members);
        members.end();
        Account account = administration.find(name, ofSubscribers);
        return AccountAnswers.changed(
                administration.resetPassword(account, password, endLogins, Preconditions.of(headers), who.getName()));
    }

    @DeleteMapping("/{name}")
    ResponseEntity<Object> remove(@PathVariable String name, @RequestHeader HttpHeaders headers, Authentication who) {
        administration.remove(administration.find(name, ofSubscribers), Preconditions.of(headers), who.getName());
        return ResponseEntity.noContent().build();
    }
}
