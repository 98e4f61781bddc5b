package org.sipoauth.authz.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.actuate.endpoint.CompositeHealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.IndicatedHealthDescriptor;
import org.springframework.boot.health.contributor.Status;
import org.springframework.stereotype.Component;

/** How the parts of this server are, as the readiness probe sees them. */
@Component
final class HealthOfParts {
    /** What the server cannot do without, in the order shown. */
    private static final Map<String, String> TITLES = titles();

    private final HealthEndpoint endpoint;

    HealthOfParts(HealthEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** @param note why it is not up, or what is worth knowing of it */
    record Part(String name, String title, boolean up, String note) {}

    List<Part> parts() {
        Map<String, HealthDescriptor> all =
                endpoint.health() instanceof CompositeHealthDescriptor composite ? composite.getComponents() : Map.of();
        List<Part> parts = new ArrayList<>();
        TITLES.forEach((name, title) -> {
            HealthDescriptor part = all.get(name);
            boolean up = part != null && part.getStatus().equals(Status.UP);
            parts.add(new Part(name, title, up, note(part, up)));
        });
        return parts;
    }

    static String title(String name) {
        return TITLES.getOrDefault(name, name);
    }

    private static String note(@Nullable HealthDescriptor part, boolean up) {
        if (!(part instanceof IndicatedHealthDescriptor indicated)) {
            return "not looked at";
        }
        Map<String, Object> details = new TreeMap<>(indicated.getDetails());
        Object note = up
                ? details.containsKey("version")
                        ? "Redis " + details.get("version")
                        : details.containsKey("lists") ? details.get("lists") + " served" : "up"
                : details.getOrDefault("reason", "does not answer");
        return String.valueOf(note);
    }

    private static Map<String, String> titles() {
        Map<String, String> titles = new LinkedHashMap<>();
        titles.put("redis", "Store");
        titles.put("redisWrites", "Store, changes");
        titles.put("signing", "Signing");
        titles.put("statusLists", "Status lists");
        return titles;
    }
}
