package org.sipoauth.authz.people;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.AdministrationEndpoint;
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
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The subscribers. Disabling or removing one ends their logins and browser sessions at once. */
@AdministrationEndpoint
@RequestMapping(UsersEndpoint.PATH)
final class UsersEndpoint {
    static final String PATH = AdministrationEndpoint.PATH + "/users";

    private final AccountAdministration administration;

    UsersEndpoint(AccountAdministration administration) {
        this.administration = administration;
    }

    @GetMapping
    Map<String, Object> list(@RequestParam MultiValueMap<String, String> parameters) {
        PageRequest page = PageRequest.of(parameters, Set.of());
        List<String> names = administration.names(true, page);
        return page.answer("users", AccountAnswers.json(administration.read(names, true)), names);
    }

    @GetMapping("/{name}")
    ResponseEntity<Object> show(@PathVariable String name) {
        return AccountAnswers.found(administration.find(name, true));
    }

    /**
     * @param body {@code enabled}; {@code password} if it is not to be made here, or to be another, with
     *     {@code must_change_password} if it is to stay
     */
    @PutMapping("/{name}")
    ResponseEntity<Object> put(
            @PathVariable String name,
            @RequestBody Map<String, @Nullable Object> body,
            @RequestHeader HttpHeaders headers,
            Authentication who) {
        Members members = new Members(
                body,
                "send {\"enabled\":true}, with \"password\":\"…\" beside it if you choose one, and then, if it may be kept,"
                        + " \"must_change_password\":false; nothing else");
        boolean enabled = members.flag("enabled");
        Optional<NewPassword> password = AccountAdministration.password(members);
        members.end();
        return AccountAnswers.put(
                PATH,
                administration.put(name, Kind.SUBSCRIBER, enabled, password, Preconditions.of(headers), who.getName()));
    }

    /** @param body {@code end_logins}, and a password as above */
    @PostMapping("/{name}/password")
    ResponseEntity<Object> resetPassword(
            @PathVariable String name,
            @RequestBody Map<String, @Nullable Object> body,
            @RequestHeader HttpHeaders headers,
            Authentication who) {
        Members members = new Members(
                body,
                "send {\"end_logins\":true} to sign the user's phones out as well, or false, with \"password\":\"…\" beside it"
                        + " if you choose one, and then, if it may be kept, \"must_change_password\":false; nothing else");
        boolean endLogins = members.flag("end_logins");
        Optional<NewPassword> password = AccountAdministration.password(members);
        members.end();
        Account user = administration.find(name, true);
        return AccountAnswers.changed(
                administration.resetPassword(user, password, endLogins, Preconditions.of(headers), who.getName()));
    }

    @DeleteMapping("/{name}")
    ResponseEntity<Object> remove(@PathVariable String name, @RequestHeader HttpHeaders headers, Authentication who) {
        administration.remove(administration.find(name, true), Preconditions.of(headers), who.getName());
        return ResponseEntity.noContent().build();
    }
}
