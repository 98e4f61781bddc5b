package org.sipoauth.cli.device;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.json.JsonObject;

/** A device as it is shown, and as it is sent. */
record DeviceRow(String name, String type, String owner, List<String> addresses, String profile, boolean enabled) {
    private static final String LINE = "%-16s  %-10s  %-16s  %-8s  %-16s  %s%n";

    /** @throws org.sipoauth.cli.console.CommandFailure if a member is missing or has an unknown form */
    static DeviceRow of(JsonObject json) {
        if (!(json.members().get("enabled") instanceof Boolean enabled)) {
            throw AdminApi.notAServer();
        }
        return new DeviceRow(
                json.string("name").orElseThrow(AdminApi::notAServer),
                json.string("type").orElseThrow(AdminApi::notAServer),
                json.string("owner").orElseThrow(AdminApi::notAServer),
                json.strings("addresses_of_record"),
                json.string("security_profile").orElseThrow(AdminApi::notAServer),
                enabled);
    }

    /** Where the administration interface has it. */
    static String path(String name) {
        return "/devices/" + encode(name).replace("+", "%20"); // a path, no form
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    static String body(String owner, List<String> addresses, String profile, boolean enabled) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("owner", owner);
        body.put("addresses_of_record", addresses);
        body.put("security_profile", profile);
        body.put("enabled", enabled);
        return JSONObjectUtils.toJSONString(body);
    }

    static void printHeader(PrintWriter out) {
        out.printf(LINE, "DEVICE", "TYPE", "OWNER", "STATE", "PROFILE", "ADDRESSES");
    }

    void print(PrintWriter out) {
        out.printf(
                LINE,
                Printable.word(name),
                Printable.word(type),
                Printable.word(owner),
                enabled ? "enabled" : "disabled",
                Printable.word(profile),
                Printable.line(String.join(" ", addresses)));
    }
}
