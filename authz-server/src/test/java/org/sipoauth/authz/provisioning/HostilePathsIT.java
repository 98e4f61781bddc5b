package org.sipoauth.authz.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestAdministrator;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;

/**
 * Request targets that try to get at a configuration file by another name than its own, or at something else, as bytes on
 * the real listener: an HTTP client would put them right. Nothing is served, nothing fails, and what is answered does not
 * tell which devices there are.
 */
class HostilePathsIT {
    private static final Pattern FILE = Pattern.compile("/[A-Za-z0-9._-]{1,50}\\.cnf\\.xml");
    private static final Pattern LENGTH = Pattern.compile("\r\nContent-Length: (\\d+)\r\n");
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ?.*");

    private static final List<String> BEFORE = List.of(
            "/",
            "//",
            "///",
            "/./",
            "/../",
            "/../../",
            "/a/../",
            "/a/b/../../",
            "/%2e/",
            "/%2e%2e/",
            "/%2e%2e%2f",
            "/..%2f",
            "/..%2F",
            "/a%2f..%2f",
            "/..\\",
            "/..%5c",
            "/%5c",
            "\\",
            "/%252e%252e%252f",
            "/..%252f",
            "/%25252e/",
            "/.;/",
            "/..;/",
            "/..;a=b/",
            "/;a=b/",
            "/%3b/",
            "/%00/",
            "/%00",
            "/%20",
            "/%09",
            "/%0d%0a",
            "/%c0%ae%c0%ae/",
            "/%c0%af",
            "/%e0%80%af",
            "/%uff0e%uff0e/",
            "/\u00e4/",
            "/%ff/",
            "/~",
            "/C:/",
            "/C:%5c",
            "/file:///",
            "/?/",
            "/%3f/",
            "/%23");

    private static final List<String> AFTER = List.of(
            ".cnf.xml",
            "",
            ".",
            "..",
            "/",
            ".cnf",
            ".xml",
            ".cnf.xml.",
            ".cnf.xml..",
            ".cnf.xml/",
            ".cnf.xml/.",
            ".cnf.xml/..",
            ".cnf.xml//",
            ".cnf.xml%00",
            ".cnf.xml%00.html",
            "%00.cnf.xml",
            ".cnf.xml;jsessionid=1",
            ";jsessionid=1.cnf.xml",
            ".cnf.xml%3bjsessionid=1",
            ".cnf.xml%20",
            ".cnf.xml+",
            ".cnf.xml%0a",
            ".cnf.xml%2e",
            "%2ecnf.xml",
            ".cnf%2exml",
            ".cnf.xml::$DATA",
            ".cnf.xml%3f",
            ".cnf.xml%23",
            ".cnf.xml\\",
            ".cnf.xml%5c",
            ".CNF.XML",
            ".Cnf.Xml",
            "..cnf.xml",
            ".cnf.xml.cnf.xml",
            ".cnf.xml.sgn",
            ".cnf.xml.enc.sgn",
            ".cnf.xml.bak",
            ".cnf.xml~",
            ".cnf.xml%",
            ".cnf.xml%zz",
            ".cnf.xml%u0041");

    private static final List<String> NAMES = List.of(
            "CSFALICE",
            "csfalice",
            "CsFaLiCe",
            "CSFNOBODY",
            "%43SFALICE",
            "%2543SFALICE",
            "CSFALIC%45",
            "CSF%41LIC%45",
            "CSF%C3%84LICE",
            "CSF\u00c4LICE",
            "CSFAL%C4%B0CE",
            "%EF%BC%A3SFALICE",
            "%C1%83SFALICE",
            "CSFALICE%E2%80%8B",
            ".CSFALICE",
            "..CSFALICE",
            "...",
            "-",
            "_",
            "CSFALICE,CSFBOB",
            "CSFALICE&x",
            "CSFALICE'",
            "CSFALICE\"",
            "<script>",
            "%3Cscript%3E",
            "${x}",
            "{{x}}",
            "$%7Bjndi:x%7D",
            "*",
            "%2a",
            "device:CSFALICE",
            "CSFALICE%0aX",
            "XMLDefault",
            "CTLFile.tlv",
            "admin-client.txt",
            "keyring.jwe",
            "etc/passwd",
            "WEB-INF/web",
            "META-INF/MANIFEST",
            "actuator/health",
            "application",
            "login",
            "oauth2/jwks");

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static SSLSocketFactory tls;

    @BeforeAll
    static void start() {
        server = TestServer.start(folder);
        tls = server.certificate().trusting().getSocketFactory();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void answersAllThatIsNoFilesNameInTheSameWayToEverybody() throws Exception {
        String token = new TestPhone(server).logIn("alice", "CSFALICE").text("access_token");
        Set<String> targets = targets();
        assertThat(targets).hasSizeGreaterThan(500);

        Map<String, Set<String>> toAStranger = answers(targets, "");
        switchMode("disabled");
        Map<String, Set<String>> whileTheModeIsOff = answers(targets, "");
        switchMode("enabled");
        Map<String, Set<String>> toAlice = answers(targets, "Authorization: Bearer " + token + "\r\n");

        assertThat(toAStranger.keySet()).isSubsetOf("400", "401", "404");
        assertThat(toAlice.keySet()).isSubsetOf("200", "400", "401", "404");
        assertThat(toAlice.get("200")).containsExactly("/CSFALICE.cnf.xml");
        assertThat(whileTheModeIsOff.keySet()).isSubsetOf("200", "400", "404");
        assertThat(whileTheModeIsOff.get("200")).containsExactly("/CSFALICE.cnf.xml");
        assertThat(toAStranger.get("401"))
                .allMatch(target -> FILE.matcher(target).matches());
        assertThat(toAStranger.get("404"))
                .noneMatch(target -> FILE.matcher(target).matches());
    }

    @Test
    void neitherServesNorAsksForATokenWithoutTls() throws Exception {
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.provisioningPort())) {
            send(plain, "/CSFALICE.cnf.xml", "");
            String answer = new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);

            assertThat(answer).startsWith("HTTP/1.1 400 ").doesNotContain("Bearer", "<device>");
        }
    }

    /**
     * The targets by the status they are answered with. Those that are a file's name have one answer of a status, to the
     * byte, and so have those that are none.
     */
    private static Map<String, Set<String>> answers(Set<String> targets, String headers) throws IOException {
        Map<String, Set<String>> byStatus = new LinkedHashMap<>();
        Map<String, String> answerOf = new LinkedHashMap<>();
        try (Connection connection = new Connection()) {
            for (String target : targets) {
                String answer = connection.ask(target, headers).replaceFirst("Date: [^\r]*\r\n", "");
                var status = STATUS.matcher(answer.lines().findFirst().orElse(""));
                assertThat(status.matches())
                        .as(target + " was answered " + answer)
                        .isTrue();
                byStatus.computeIfAbsent(status.group(1), any -> new TreeSet<>())
                        .add(target);
                String kind = status.group(1) + FILE.matcher(target).matches();
                assertThat(answer)
                        .as(target)
                        .isEqualTo(answerOf.computeIfAbsent(kind, any -> answer))
                        .doesNotContain("Exception");
            }
        }
        return byStatus;
    }

    private static void send(Socket socket, String target, String headers) throws IOException {
        socket.getOutputStream()
                .write(("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A connection after another, each for as long as the server keeps it. */
    private static final class Connection implements AutoCloseable {
        private Socket socket = new Socket();

        /** Head and body. */
        String ask(String target, String headers) throws IOException {
            if (!socket.isConnected()) {
                socket = tls.createSocket(InetAddress.getLoopbackAddress(), server.provisioningPort());
            }
            send(socket, target, headers);
            InputStream in = socket.getInputStream();
            StringBuilder answer = new StringBuilder();
            while (answer.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                assertThat(next).as(target + " was answered " + answer).isNotNegative();
                answer.append((char) next);
            }
            var length = LENGTH.matcher(answer);
            boolean keptOpen = answer.indexOf("\r\nConnection: close\r\n") < 0;
            assertThat(length.find() || !keptOpen)
                    .as(target + " was answered " + answer)
                    .isTrue();
            byte[] body = keptOpen ? in.readNBytes(Integer.parseInt(length.group(1))) : in.readAllBytes();
            if (!keptOpen) {
                close();
            }
            return answer + new String(body, StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() throws IOException {
            socket.close();
            socket = new Socket();
        }
    }

    private static Set<String> targets() {
        Set<String> targets = new LinkedHashSet<>();
        BEFORE.forEach(before -> {
            targets.add(before);
            for (String after : List.of(".cnf.xml", ".cnf.xml;jsessionid=1", ".cnf.xml.", "%00.cnf.xml")) {
                targets.add(before + "CSFALICE" + after);
                targets.add(before + "CSFALICE".toLowerCase(Locale.ROOT) + after);
            }
        });
        AFTER.forEach(after -> {
            targets.add("/CSFALICE" + after);
            targets.add("/" + after);
            targets.add("/CSFNOBODY" + after);
        });
        NAMES.forEach(name -> {
            targets.add("/" + name);
            targets.add("/" + name + ".cnf.xml");
        });
        for (int length : List.of(1, 49, 50, 51, 255, 4_000)) {
            targets.add("/" + "A".repeat(length) + ".cnf.xml");
            targets.add("/" + "%41".repeat(length) + ".cnf.xml");
            targets.add("/" + "../".repeat(length) + "CSFALICE.cnf.xml");
        }
        return targets;
    }

    private static void switchMode(String mode) {
        TestPhone administrator = new TestPhone(server);
        String token = TestAdministrator.token(server);
        HttpResponse<String> answer =
                administrator.send(HttpRequest.newBuilder(server.url("/admin/api/v1/sip-oauth-mode"))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString("{\"mode\":\"" + mode + "\"}"))
                        .build());
        assertThat(answer.statusCode()).isEqualTo(200);
    }
}
