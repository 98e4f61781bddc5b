package org.sipoauth.authz.console;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.console.Diagnosis.Perhaps;
import org.sipoauth.authz.console.Diagnosis.Said;
import org.sipoauth.authz.console.Diagnosis.Step;
import org.springframework.http.HttpStatus;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** Why can't this one register? For who has a terminal and no browser. */
@AdministrationEndpoint
final class DiagnosisEndpoint {
    private static final String SAID = "said";

    private final Diagnoses diagnoses;

    DiagnosisEndpoint(Diagnoses diagnoses) {
        this.diagnoses = diagnoses;
    }

    /**
     * Of a device, be there one of that name or not.
     *
     * @param parameters {@code said}: what a registrar or this server said, such as {@code registrar.token_expired}
     */
    @GetMapping(AdministrationEndpoint.PATH + "/devices/{name}/diagnosis")
    Map<String, Object> diagnose(@PathVariable String name, @RequestParam MultiValueMap<String, String> parameters) {
        Optional<Said> said = said(parameters);
        Diagnosis diagnosis = diagnoses.of(name, said);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("device", name);
        json.put("fine", diagnosis.fine());
        json.put("conclusion", diagnosis.conclusion());
        diagnosis.obstacle().flatMap(Step::remedy).ifPresent(remedy -> json.put("first", remedy));
        json.put("phone", diagnosis.phone());
        json.put(
                "steps", diagnosis.steps().stream().map(DiagnosisEndpoint::json).toList());
        return json;
    }

    private static Optional<Said> said(MultiValueMap<String, String> parameters) {
        if (parameters.isEmpty()) {
            return Optional.empty();
        }
        List<String> values = parameters.getOrDefault(SAID, List.of());
        Optional<Said> said = values.size() == 1 ? Said.parse(values.get(0)) : Optional.empty();
        if (!parameters.keySet().equals(Set.of(SAID))
                || said.flatMap(one -> Remedies.of(one.where(), one.cause())).isEmpty()) {
            throw new RequestRefused(
                    HttpStatus.BAD_REQUEST,
                    "said, at most once: who said it (registrar, handshake, message or server), a dot, and the cause as"
                            + " its log names it, such as registrar.token_expired");
        }
        return said;
    }

    private static Map<String, Object> json(Step step) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("title", step.title());
        json.put("state", step.state().name().toLowerCase(Locale.ROOT));
        json.put("finding", step.finding());
        step.remedy().ifPresent(remedy -> json.put("remedy", remedy));
        if (!step.perhaps().isEmpty()) {
            json.put(
                    "perhaps",
                    step.perhaps().stream().map(DiagnosisEndpoint::json).toList());
        }
        return json;
    }

    private static Map<String, Object> json(Perhaps perhaps) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("at", perhaps.at().iso());
        json.put("cause", perhaps.cause());
        json.put("finding", perhaps.finding());
        json.put("remedy", perhaps.remedy());
        return json;
    }
}
