package org.sipoauth.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;

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

/** The file that a server leaves behind. */
class AuditFileIT {
    @TempDir
    private Path folder;

    @Test
    void hasEveryDecisionAndNoSecret() throws IOException {
        Path audit = folder.resolve("audit");
        Answer login;
        String password;
        try (TestServer server = TestServer.start(folder, "--sipoauth.audit.folder=" + audit)) {
            login = new TestPhone(server).logIn("alice", "CSFALICE");
            password = server.passwordOf("alice");
            new TestPhone(server).signIn("alice", "wrong-password");
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
    }

    private static Path only(Path folder, String end) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> found = all.filter(path -> path.toString().endsWith(end)).toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }
}
