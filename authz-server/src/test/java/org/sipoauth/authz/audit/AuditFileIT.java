package org.sipoauth.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;

/** The file that a server leaves behind, and what its syslog receiver has got meanwhile. */
class AuditFileIT {
    @TempDir
    private Path folder;

    @Test
    void hasEveryDecisionAndNoSecret() throws IOException {
        Path audit = folder.resolve("audit");
        Answer login;
        String password;
        List<String> sent;
        try (TestSyslog receiver = TestSyslog.tcp(0)) {
            try (TestServer server = TestServer.start(
                    folder,
                    "--sipoauth.audit.folder=" + audit,
                    "--sipoauth.audit.syslog.address=tcp://127.0.0.1:" + receiver.port())) {
                login = new TestPhone(server).logIn("alice", "CSFALICE");
                password = server.passwordOf("alice");
                new TestPhone(server).signIn("alice", "wrong-password");
            }
            await().until(() -> receiver.messages().size() >= decisions(audit).size());
            sent = List.copyOf(receiver.messages());
        }

        List<String> lines = Files.readAllLines(only(audit, ".jsonl"));
        AuditChain chain = AuditChain.begin(
                "",
                Base64.getUrlDecoder()
                        .decode(Files.readString(only(audit, ".txt")).strip().split(" ")[1]));
        for (String line : lines) {
            chain = chain.verify(line).orElseThrow(() -> new AssertionError("does not follow: " + line));
        }
        assertThat(lines)
                .anyMatch(line -> line.contains("\"event\":\"begun\"") && line.contains("\"user\":\"alice\""))
                .anyMatch(line -> line.contains("\"event\":\"issued\""))
                .anyMatch(line -> line.contains("\"event\":\"sign_in_refused\""))
                .allMatch(line -> line.contains("\"at\":\""))
                .noneMatch(line -> line.contains(login.text("access_token"))
                        || line.contains(login.text("refresh_token"))
                        || line.contains(password)
                        || line.contains("wrong-password"));
        assertThat(lines.get(lines.size() - 1)).contains("\"event\":\"audit_checkpoint\"");
        assertThat(sent)
                .allMatch(message -> message.startsWith("<110>1 "))
                .extracting(message -> message.substring(message.indexOf('{')))
                .containsExactlyInAnyOrderElementsOf(decisions(audit));
    }

    /** The records of the file as they were before the chain took them up, without those about the file itself. */
    private static List<String> decisions(Path audit) throws IOException {
        return Files.readAllLines(only(audit, ".jsonl")).stream()
                .filter(line -> !line.contains("\"event\":\"audit_"))
                .map(line -> line.replaceAll("^\\{\"seq\":\\d+,\"epoch\":\\d+,", "{")
                        .replaceAll(",\"mac\":\"[^\"]+\"}$", "}"))
                .toList();
    }

    private static Path only(Path folder, String end) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> found = all.filter(path -> path.toString().endsWith(end)).toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }
}
