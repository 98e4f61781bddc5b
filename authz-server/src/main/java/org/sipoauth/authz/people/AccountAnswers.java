package org.sipoauth.authz.people;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.administration.Preconditions;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

/** Accounts as the administration API shows them: without any form of a password, but for one that was made just now. */
final class AccountAnswers {
    private AccountAnswers() {}

    static List<Map<String, Object>> json(List<Account> accounts) {
        return accounts.stream().map(AccountAnswers::json).toList();
    }

    static ResponseEntity<Object> found(Account account) {
        return ResponseEntity.ok()
                .eTag(Preconditions.entityTag(account.revision()))
                .body(json(account));
    }

    static ResponseEntity<Object> put(String path, AccountAdministration.Outcome outcome) {
        URI location = URI.create(path + "/" + outcome.account().name());
        return with(outcome.created() ? ResponseEntity.created(location) : ResponseEntity.ok(), outcome);
    }

    static ResponseEntity<Object> changed(AccountAdministration.Outcome outcome) {
        return with(ResponseEntity.ok(), outcome);
    }

    /** A one-time password must not stay in a cache. */
    private static ResponseEntity<Object> with(
            ResponseEntity.BodyBuilder answer, AccountAdministration.Outcome outcome) {
        Map<String, Object> json = json(outcome.account());
        outcome.oneTimePassword().ifPresent(password -> json.put("one_time_password", password));
        return answer.eTag(Preconditions.entityTag(outcome.account().revision()))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .body(json);
    }

    private static Map<String, Object> json(Account account) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", account.name());
        if (!account.kind().isSubscriber()) {
            json.put("role", role(account.kind()));
        }
        json.put("enabled", account.enabled());
        json.put("must_change_password", account.mustChangePassword());
        if (account.left()) {
            json.put("left_directory", true);
        }
        return json;
    }

    static String role(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** An administrator's role; empty for what is none. */
    static Optional<Kind> role(String name) {
        for (Kind kind : Kind.values()) {
            if (!kind.isSubscriber() && role(kind).equals(name)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
