package org.sipoauth.cli.people;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What can be done to accounts of both sorts. */
final class AccountCommands {
    private static final String ROLES = "administrator, operator or read-only";

    private AccountCommands() {}

    static CommandLine addTo(CommandLine command, Sort sort) {
        command.addSubcommand(new ListCommand(sort));
        command.addSubcommand(new Show(sort));
        command.addSubcommand(sort == Sort.USER ? new AddUser() : new AddAdministrator());
        command.addSubcommand(new RemoveCommand(sort));
        command.addSubcommand(new Enable(sort));
        command.addSubcommand(new Disable(sort));
        command.addSubcommand(sort == Sort.USER ? new ResetUserPassword() : new ResetAdministratorPassword());
        if (sort == Sort.ADMINISTRATOR) {
            command.addSubcommand(new SetRole());
        }
        return command;
    }

    /** As the server calls a role. */
    private static String role(String typed) {
        return typed.replace('-', '_');
    }

    @Command(name = "show", description = "Shows one.")
    private static final class Show extends AccountRequest {
        Show(Sort sort) {
            super(sort);
        }

        @Override
        JsonObject send(AdminApi api, String path) throws InterruptedException {
            return api.get(path);
        }

        @Override
        String done() {
            return "";
        }
    }

    @Command(
            name = "add",
            description =
                    "Adds a user, a subscriber who owns phones. Unless a password is given, the server makes one that"
                            + " is good for choosing another, and this prints it once.")
    private static final class AddUser extends AccountRequest {
        @Mixin
        private PasswordOptions password;

        AddUser() {
            super(Sort.USER);
        }

        @Override
        JsonObject send(AdminApi api, String path) throws InterruptedException {
            return create(api, path, password, Optional.empty());
        }

        @Override
        String done() {
            return "Added: ";
        }
    }

    @Command(
            name = "add",
            description =
                    "Adds an administrator. Unless a password is given, the server makes one that is good for choosing"
                            + " another, and this prints it once.")
    private static final class AddAdministrator extends AccountRequest {
        @Mixin
        private PasswordOptions password;

        @Option(names = "--role", paramLabel = "ROLE", required = true, description = "One of " + ROLES + ".")
        private String role;

        AddAdministrator() {
            super(Sort.ADMINISTRATOR);
        }

        @Override
        JsonObject send(AdminApi api, String path) throws InterruptedException {
            return create(api, path, password, Optional.of(role(role)));
        }

        @Override
        String done() {
            return "Added: ";
        }
    }

    private static JsonObject create(AdminApi api, String path, PasswordOptions password, Optional<String> role)
            throws InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>();
        role.ifPresent(name -> body.put("role", name));
        body.put("enabled", true);
        body.putAll(password.members());
        return api.create(path, JSONObjectUtils.toJSONString(body));
    }

    /** Changes what an account is like, and keeps the rest as it is at that moment. */
    private static JsonObject change(AdminApi api, String path, String member, Object value)
            throws InterruptedException {
        return api.replace(path, account -> {
            Map<String, @Nullable Object> body = new LinkedHashMap<>(account.members());
            body.keySet().retainAll(Set.of("role", "enabled"));
            body.put(member, value);
            return JSONObjectUtils.toJSONString(body);
        });
    }

    @Command(name = "enable", description = "Lets one in again who was disabled.")
    private static final class Enable extends AccountRequest {
        Enable(Sort sort) {
            super(sort);
        }

        @Override
        JsonObject send(AdminApi api, String path) throws InterruptedException {
            return change(api, path, "enabled", true);
        }

        @Override
        String done() {
            return "Enabled: ";
        }
    }

    @Command(
            name = "disable",
            description =
                    "Lets one in no more: no sign-in, no tokens. Browser sessions and the logins of phones end at once;"
                            + " SIP servers drop the phones with their poll of the status lists, 15 seconds by default.")
    private static final class Disable extends AccountRequest {
        Disable(Sort sort) {
            super(sort);
        }

        @Override
        JsonObject send(AdminApi api, String path) throws InterruptedException {
            return change(api, path, "enabled", false);
        }

        @Override
        String done() {
            return "Disabled: ";
        }
    }

    @Command(name = "set-role", description = "Gives an administrator another role, and ends their browser sessions.")
    private static final class SetRole extends AccountRequest {
        @Parameters(index = "1", paramLabel = "ROLE", description = "One of " + ROLES + ".")
        private String role;

        SetRole() {
            super(Sort.ADMINISTRATOR);
        }

        @Override
        JsonObject send(AdminApi api, String path) throws InterruptedException {
            return change(api, path, "role", role(role));
        }

        @Override
        String done() {
            return "Changed: ";
        }
    }

    @Command(
            name = "reset-password",
            description =
                    "Gives a user another password, and ends their browser sessions. Unless one is given, the server"
                            + " makes one that is good for choosing another, and this prints it once.")
    private static final class ResetUserPassword extends AccountRequest {
        @Mixin
        private PasswordOptions password;

        @Option(
                names = "--end-logins",
                description = "Somebody else may know the old one: end the logins of the user's phones, too.")
        private boolean endLogins;

        ResetUserPassword() {
            super(Sort.USER);
        }

        @Override
        JsonObject send(AdminApi api, String path) throws InterruptedException {
            Map<String, Object> body = new LinkedHashMap<>(password.members());
            body.put("end_logins", endLogins);
            return api.post(path + "/password", JSONObjectUtils.toJSONString(body));
        }

        @Override
        String done() {
            return "Password reset: ";
        }
    }

    @Command(
            name = "reset-password",
            description =
                    "Gives an administrator another password, and ends their browser sessions. Unless one is given, the"
                            + " server makes one that is good for choosing another, and this prints it once.")
    private static final class ResetAdministratorPassword extends AccountRequest {
        @Mixin
        private PasswordOptions password;

        ResetAdministratorPassword() {
            super(Sort.ADMINISTRATOR);
        }

        @Override
        JsonObject send(AdminApi api, String path) throws InterruptedException {
            return api.post(path + "/password", JSONObjectUtils.toJSONString(password.members()));
        }

        @Override
        String done() {
            return "Password reset: ";
        }
    }
}
