package org.sipoauth.authz.parameter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.Defaulted;
import org.sipoauth.authz.administration.PageRequest;
import org.sipoauth.authz.administration.Preconditions;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.mode.ModeInForce;
import org.sipoauth.authz.mode.ModeStore;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.StoredRecord;
import org.sipoauth.authz.settings.Settings;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The parameters for administrators. The SIP OAuth mode is shown among them, and changed where it was before there were
 * others.
 */
@AdministrationEndpoint
@RequestMapping(ParametersEndpoint.PATH)
final class ParametersEndpoint {
    static final String PATH = AdministrationEndpoint.PATH + "/parameters";
    private static final String MODE = "sip-oauth-mode";
    private static final String MODE_PATH = AdministrationEndpoint.PATH + "/sip-oauth-mode";

    private final ParameterKeeper keeper;
    private final ParameterChanges changes;
    private final ModeStore mode;
    private final Settings settings;

    ParametersEndpoint(ParameterKeeper keeper, ParameterChanges changes, ModeStore mode, Settings settings) {
        this.keeper = keeper;
        this.changes = changes;
        this.mode = mode;
        this.settings = settings;
    }

    @GetMapping
    Map<String, Object> list(@RequestParam MultiValueMap<String, String> query) {
        PageRequest page = PageRequest.of(query, Set.of());
        List<Map<String, Object>> parameters = new ArrayList<>();
        keeper.all().forEach(parameter -> parameters.add(json(parameter, keeper.find(parameter))));
        parameters.add(json(mode.load()));
        List<Map<String, Object>> shown = page.part(parameters, ParametersEndpoint::name);
        return page.answer(
                "parameters",
                shown,
                shown.stream().map(ParametersEndpoint::name).toList());
    }

    private static String name(Map<String, Object> parameter) {
        return String.valueOf(parameter.get("name"));
    }

    @GetMapping("/{name}")
    ResponseEntity<?> show(@PathVariable String name) {
        if (name.equals(MODE)) {
            ModeInForce inForce = mode.load();
            return ResponseEntity.ok()
                    .eTag(Defaulted.entityTag(inForce.revision()))
                    .body(json(inForce));
        }
        Parameter<?> parameter = require(name);
        Optional<StoredRecord> stored = keeper.find(parameter);
        return ResponseEntity.ok()
                .eTag(Defaulted.entityTag(stored.map(StoredRecord::revision)))
                .body(json(parameter, stored));
    }

    /** @param body {@code value}, of the parameter's kind */
    @PutMapping("/{name}")
    ResponseEntity<?> set(
            @PathVariable String name,
            @RequestBody Map<String, @Nullable Object> body,
            @RequestHeader HttpHeaders headers,
            Authentication who) {
        Parameter<?> parameter = requireChangeable(name);
        Expected expected = Defaulted.expected(headers);
        // without a value: the parameter's own refusal, which shows one
        @Nullable Object value = body.keySet().equals(Set.of("value")) ? body.get("value") : null;
        String revision = changes.set(name, value, expected, who.getName());
        return ResponseEntity.ok()
                .eTag(Preconditions.entityTag(revision))
                .body(parameter.json(parameter.set(keeper.ofSettings(), value), keeper.ofSettings(), true));
    }

    /** What the settings say holds again. */
    @DeleteMapping("/{name}")
    ResponseEntity<?> reset(@PathVariable String name, @RequestHeader HttpHeaders headers, Authentication who) {
        requireChangeable(name);
        changes.reset(name, Defaulted.expected(headers), who.getName());
        return ResponseEntity.noContent().build();
    }

    @ExceptionHandler
    ProblemDetail contradiction(ParameterKeeper.Unusable unusable) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, String.valueOf(unusable.getMessage()));
    }

    private Parameter<?> requireChangeable(String name) {
        if (name.equals(MODE)) {
            throw new RequestRefused(
                    HttpStatus.METHOD_NOT_ALLOWED, "the mode is switched with PUT of {\"mode\":…} at " + MODE_PATH);
        }
        return require(name);
    }

    private Parameter<?> require(String name) {
        return keeper.all().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new RequestRefused(
                        HttpStatus.NOT_FOUND,
                        "there is no such parameter, but "
                                + String.join(
                                        ", ",
                                        keeper.all().stream()
                                                .map(Parameter::name)
                                                .toList())
                                + " and " + MODE));
    }

    private Map<String, Object> json(Parameter<?> parameter, Optional<StoredRecord> stored) {
        return parameter.json(keeper.with(parameter, stored), keeper.ofSettings(), stored.isPresent());
    }

    private Map<String, Object> json(ModeInForce inForce) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", MODE);
        json.put("familiar_name", "Cluster SIPOAuth Mode");
        json.put("value", text(inForce.mode()));
        json.put("default", text(settings.sipOauthMode()));
        json.put("set", inForce.changedAt().isPresent());
        json.put("values", List.of("enabled", "disabled"));
        json.put("changed_through", MODE_PATH);
        return json;
    }

    private static String text(Settings.SipOauthMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }
}
