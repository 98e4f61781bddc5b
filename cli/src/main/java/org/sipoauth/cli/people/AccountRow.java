package org.sipoauth.cli.people;

import java.util.Optional;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.json.JsonObject;

/** An account as it is shown. */
record AccountRow(
        String name, Optional<String> role, boolean enabled, boolean leftDirectory, boolean mustChangePassword) {

    /** @throws org.sipoauth.cli.console.CommandFailure if a member is missing or has an unknown form */
    static AccountRow of(JsonObject json) {
        return new AccountRow(
                Printable.word(json.string("name").orElseThrow(AdminApi::notAServer)),
                json.string("role").map(Printable::word),
                flag(json, "enabled"),
                json.members().get("left_directory") == Boolean.TRUE,
                flag(json, "must_change_password"));
    }

    private static boolean flag(JsonObject json, String name) {
        if (json.members().get(name) instanceof Boolean flag) {
            return flag;
        }
        throw AdminApi.notAServer();
    }

    /** Nobody disabled who has left the directory, and nobody needs to enable them: they are with their next sign-in. */
    String state() {
        return enabled ? "enabled" : leftDirectory ? "left the directory" : "disabled";
    }

    String password() {
        return mustChangePassword ? "one-time" : "own";
    }
}
