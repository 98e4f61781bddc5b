package org.sipoauth.cli;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Whatever the administration interface can do, a command does. */
class AdministrationCommandsTest {
    private static final Path DOCUMENT = Path.of(System.getProperty("basedir", ""))
            .toAbsolutePath()
            .getParent()
            .resolve("docs/openapi.yaml");
    private static final Pattern OPERATION = Pattern.compile("^ +operationId: (\\S+)$", Pattern.MULTILINE);

    private static final Map<String, String> COMMANDS = Map.ofEntries(
            entry("listDevices", "device list"),
            entry("showDevice", "device show"),
            entry("putDevice", "device set"),
            entry("removeDevice", "device remove"),
            entry("diagnoseDevice", "device diagnose"),
            entry("createActivationCode", "activation create"),
            entry("removeActivationCode", "activation remove"),
            entry("createActivationCodes", "activation create"),
            entry("exportDevices", "device export"),
            entry("importDevices", "device import"),
            entry("listUsers", "user list"),
            entry("showUser", "user show"),
            entry("putUser", "user add"),
            entry("removeUser", "user remove"),
            entry("resetUserPassword", "user reset-password"),
            entry("listAdministrators", "administrator list"),
            entry("showAdministrator", "administrator show"),
            entry("putAdministrator", "administrator add"),
            entry("removeAdministrator", "administrator remove"),
            entry("resetAdministratorPassword", "administrator reset-password"),
            entry("listSecurityProfiles", "profile list"),
            entry("showSecurityProfile", "profile show"),
            entry("putSecurityProfile", "profile set"),
            entry("removeSecurityProfile", "profile remove"),
            entry("listSessions", "sessions list"),
            entry("showSession", "sessions show"),
            entry("revoke", "sessions revoke"),
            entry("showClientRevocation", "sessions sweep"),
            entry("showMode", "mode status"),
            entry("putMode", "mode enable"),
            entry("listEdges", "edge list"),
            entry("showEdge", "edge show"),
            entry("putEdge", "edge add"),
            entry("removeEdge", "edge remove"),
            entry("listParameters", "parameter list"),
            entry("showParameter", "parameter show"),
            entry("setParameter", "parameter set"),
            entry("resetParameter", "parameter reset"),
            entry("listNodes", "node list"),
            entry("putNodes", "node set"),
            entry("resetNodes", "node reset"),
            entry("listKeys", "keys list"),
            entry("rotateKey", "keys rotate"),
            entry("revokeKey", "keys revoke"),
            entry("searchAudit", "audit"));

    /** What is for programs that are made from it, and in the repository. */
    private static final Set<String> NO_COMMANDS = Set.of("showOpenapi");

    /** What is a file for spreadsheets, whoever asks. */
    private static final Set<String> NO_JSON = Set.of("exportDevices");

    @Test
    void areThereForEachOperation() throws Exception {
        Set<String> operations = OPERATION
                .matcher(Files.readString(DOCUMENT))
                .results()
                .map(found -> found.group(1))
                .filter(operation -> !NO_COMMANDS.contains(operation))
                .collect(Collectors.toSet());

        assertThat(COMMANDS.keySet()).containsExactlyInAnyOrderElementsOf(operations);
    }

    @Test
    void askARunningServerAndPrintJsonIfWanted() {
        CommandLine sipoauth = SipoauthMain.commandLine();
        COMMANDS.forEach((operation, words) -> {
            CommandLine command = sipoauth;
            for (String word : words.split(" ")) {
                command = command.getSubcommands().get(word);
                assertThat(command).as(words).isNotNull();
            }
            assertThat(command.getCommandSpec().optionsMap()).as(words).containsKey("--server");
            if (!NO_JSON.contains(operation)) {
                assertThat(command.getCommandSpec().optionsMap()).as(words).containsKey("--json");
            }
        });
    }
}
