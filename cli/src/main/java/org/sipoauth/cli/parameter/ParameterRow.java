package org.sipoauth.cli.parameter;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.json.JsonObject;

/**
 * A parameter as it is shown.
 *
 * @param range the values it takes
 * @param usual what holds while nobody has set it
 */
record ParameterRow(String name, String value, String range, String usual, boolean isSet, String familiarName) {

    /** @throws CommandFailure if a member is missing or has an unknown form */
    static ParameterRow of(JsonObject json) {
        if (!json.members().containsKey("value")) {
            throw AdminApi.notAServer();
        }
        return new ParameterRow(
                Printable.word(json.string("name").orElseThrow(AdminApi::notAServer)),
                text(json, "value"),
                range(json),
                text(json, "default"),
                Boolean.TRUE.equals(json.members().get("set")),
                Printable.line(json.string("familiar_name").orElse("")));
    }

    /** Values from the command line as the server takes those of this parameter. */
    static Object value(JsonObject parameter, List<String> given) {
        if (parameter.members().containsKey("maximum_length")) {
            return given;
        }
        if (given.size() != 1) {
            throw refused(parameter, "takes one value");
        }
        if (!parameter.members().containsKey("unit")) {
            return given.get(0);
        }
        try {
            return Long.parseLong(given.get(0));
        } catch (NumberFormatException noNumber) {
            throw refused(parameter, "is a number");
        }
    }

    private static CommandFailure refused(JsonObject parameter, String why) {
        ParameterRow row = of(parameter);
        return new CommandFailure(ExitCodes.USAGE, row.name() + " " + why, "Give it a value of " + row.range() + ".");
    }

    String sentence() {
        return name + ": " + value + (isSet ? ", set; without that " + usual : ", as the server's settings say");
    }

    private static String text(JsonObject json, String member) {
        @Nullable Object value = json.members().get(member);
        if (value instanceof List<?> list) {
            return list.isEmpty()
                    ? "none"
                    : list.stream()
                            .map(element -> Printable.word(String.valueOf(element)))
                            .collect(Collectors.joining(" "));
        }
        return Printable.line(
                value + json.string("unit").map(unit -> " " + unit).orElse(""));
    }

    private static String range(JsonObject json) {
        return json.integer("maximum")
                .map(maximum -> "%d to %d %s"
                        .formatted(
                                json.integer("minimum").orElseThrow(AdminApi::notAServer),
                                maximum,
                                Printable.word(json.string("unit").orElse(""))))
                .or(() -> json.integer("maximum_length").map(most -> "at most " + most + " addresses"))
                .orElseGet(() -> Printable.line(String.join(" or ", json.strings("values"))));
    }
}
