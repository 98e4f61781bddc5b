package org.sipoauth.authz.console;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Why can't this one register? */
@Controller
final class DiagnosisPage {
    private final Diagnoses diagnoses;

    DiagnosisPage(Diagnoses diagnoses) {
        this.diagnoses = diagnoses;
    }

    /** What may have been said, to choose from. */
    record Choices(String title, List<Choice> choices) {}

    record Choice(String value, String text, boolean chosen) {}

    /** @param said what was said: which kind of refusal and its cause, such as {@code registrar.token_expired} */
    @GetMapping("/console/diagnosis")
    String diagnose(
            @RequestParam(defaultValue = "") String device, @RequestParam(defaultValue = "") String said, Model model) {
        String name = device.strip();
        model.addAttribute("device", name);
        model.addAttribute("causes", choices(said));
        model.addAttribute(
                "diagnosis",
                name.isEmpty() ? Optional.empty() : Optional.of(diagnoses.of(name, Diagnosis.Said.parse(said))));
        return "console/diagnosis";
    }

    private static List<Choices> choices(String said) {
        return Arrays.stream(Remedies.Where.values())
                .map(where -> new Choices(
                        where.title(),
                        Remedies.all(where).keySet().stream()
                                .map(cause -> new Diagnosis.Said(where, cause))
                                .map(one -> new Choice(one.text(), one.cause(), said.equals(one.text())))
                                .toList()))
                .toList();
    }
}
