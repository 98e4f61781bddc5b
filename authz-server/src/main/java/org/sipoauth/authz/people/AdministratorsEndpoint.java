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

/** The administrators and their roles. Disabling or removing one, or another role, ends their browser sessions at once. */
@AdministrationEndpoint
@RequestMapping(AdministratorsEndpoint.PATH)
final class AdministratorsEndpoint {
    static final String PATH = AdministrationEndpoint.PATH + "/administrators";

    private final AccountAdministration administration;

    AdministratorsEndpoint(AccountAdministration administration) {
        this.administration = administration;
    }

    @GetMapping
    Map<String, Object> list(@RequestParam MultiValueMap<String, String> parameters) {
        PageRequest page = PageRequest.of(parameters, Set.of());
        List<String> names = administration.names(false, page);
        return page.answer("administrators", AccountAnswers.json(administration.read(names, false)), names);
    }

    @GetMapping("/{name}")
    ResponseEntity<Object> show(@PathVariable String name) {
        return AccountAnswers.found(administration.find(name, false));
    }

    /**
     * @param body {@code role} and {@code enabled}; {@code password} if it is not to be made here, or to be another, with
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
                "send {\"role\":\"administrator\",\"enabled\":true}, the role one of administrator, operator and read_only,"
                        + " with \"password\":\"…\" beside them if you choose one, and then, if it may be kept,"
                        + " \"must_change_password\":false; nothing else");
        Kind role = AccountAnswers.role(members.text("role")).orElseThrow(members::refusal);
        boolean enabled = members.flag("enabled");
        Optional<NewPassword> password = AccountAdministration.password(members);
        members.end();
        return AccountAnswers.put(
                PATH, administration.put(name, role, enabled, password, Preconditions.of(headers), who.getName()));
    }

    /** @param body empty, or a password as above */
    @PostMapping("/{name}/password")
    ResponseEntity<Object> resetPassword(
            @PathVariable String name,
            @RequestBody Map<String, @Nullable Object> body,
            @RequestHeader HttpHeaders headers,
            Authentication who) {
        Members members = new Members(
                body,
                "send {} to have a one-time password made, or {\"password\":\"…\"}, and then, if it may be kept,"
                        + " \"must_change_password\":false; nothing else");
        Optional<NewPassword> password = AccountAdministration.password(members);
        members.end();
        Account administrator = administration.find(name, false);
        return AccountAnswers.changed(
                administration.resetPassword(administrator, password, false, Preconditions.of(headers), who.getName()));
    }

    @DeleteMapping("/{name}")
    ResponseEntity<Object> remove(@PathVariable String name, @RequestHeader HttpHeaders headers, Authentication who) {
        administration.remove(administration.find(name, false), Preconditions.of(headers), who.getName());
        return ResponseEntity.noContent().build();
    }
}
