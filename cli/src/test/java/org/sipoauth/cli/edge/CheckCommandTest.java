package org.sipoauth.cli.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.ClosedPort;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.TestPki;
import org.sipoauth.registrar.sip.Headers.Header;

/** What the node of the registrar itself says to an edge is in the end-to-end tests. */
class CheckCommandTest {
    @TempDir
    private static Path folder;

    private static TestPki pki;

    @BeforeAll
    static void makeCertificates() {
        pki = TestPki.in(folder.resolve("pki"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void showsAnEdgeThatIsLetInWhatBothSidesSaw(String protocol) throws Exception {
        try (TestNode node = TestNode.start(pki, "node", protocol)) {
            CommandRun run = check(node.address());

            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(run.out())
                    .containsPattern("edge     CN=edge.example.com; names edge.example.com; of CN=.*; until 20")
                    .containsPattern("node     CN=node1; names .*localhost.*, 127.0.0.1, node1; of CN=")
                    .contains("tls      " + protocol + " TLS_", "options  200 OK")
                    .doesNotContain("note");
        }
    }

    @Test
    void asksAsAnEdgeAsks() throws Exception {
        List<String> questions = new ArrayList<>();
        try (TestNode node = TestNode.answering(pki, request -> {
            questions.add(request.startLine());
            return TestNode.answer(request, 200, "OK");
        })) {
            assertThat(check(node.address()).exit()).isZero();
        }
        assertThat(questions).containsExactly("OPTIONS sip:localhost SIP/2.0");
    }

    @Test
    void passesOnWhyTheNodeRegistersNobody() throws Exception {
        try (TestNode node = TestNode.answering(
                pki,
                request -> TestNode.answer(request, 403, "Forbidden")
                        .with(List.of(new Header("Warning", "399 node1 \"SIP OAuth Registration port Mismatch\""))))) {
            CommandRun run = check(node.address());

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.out()).contains("options  403 Forbidden");
            assertThat(run.err())
                    .contains(
                            "lets the edge in, but answers 403 Forbidden",
                            "port Mismatch",
                            "mode is disabled",
                            "sipoauth mode enable",
                            "mode=enabled");
        }
        try (TestNode node = TestNode.answering(pki, request -> TestNode.answer(request, 404, "Not Found"))) {
            assertThat(check(node.address()).err()).contains("It does not serve that host");
        }
        try (TestNode node =
                TestNode.answering(pki, request -> TestNode.answer(request, 500, "Server Internal Error"))) {
            CommandRun run = check(node.address());

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.err())
                    .contains("answers 500 Server Internal Error", "Trouble of its own", "sipoauth registrar status");
        }
    }

    @Test
    void tellsAPortThatIsNotForEdges() throws Exception {
        try (TestNode node = TestNode.askingForNoCertificate(pki)) {
            CommandRun run = check(node.address());

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.err()).contains("asks for no certificate", "mra-oauth-port");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void explainsThatTheEdgeDoesNotTrustTheNode(String protocol) throws Exception {
        TestPki other = TestPki.in(folder.resolve("other" + protocol));
        try (TestNode node = TestNode.start(other, "node", protocol)) {
            CommandRun run = check(node.address());

            assertThat(run.exit()).isEqualTo(3);
            assertThat(run.out()).contains("node     CN=node1");
            assertThat(run.err())
                    .contains(
                            "the edge does not trust the node's certificate CN=node1",
                            "Add the authority CN=sip-oauth development CA",
                            "ca_list");
        }
    }

    @Test
    void explainsThatTheNodesCertificateHasExpired() throws Exception {
        Clock past = Clock.offset(Clock.systemUTC(), Duration.ofDays(-400));
        TestPki expired = TestPki.in(folder.resolve("expired"), past);
        try (TestNode node = TestNode.start(expired, "node", "TLSv1.3")) {
            CommandRun run = check(node.address(), "--trust=" + expired.authority());

            assertThat(run.exit()).isEqualTo(3);
            assertThat(run.err()).contains("it expired on 20", "Renew it on the node");
        }
    }

    @Test
    void notesACertificateForAnotherHost() throws Exception {
        try (TestNode node = TestNode.start(pki, "edge", "TLSv1.3")) {
            CommandRun run = check(node.address());

            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(run.out()).contains("note     that certificate is for another host than --node names");
        }
    }

    /** By OpenSSL's errors, from which the registrar's TLS makes alerts. */
    @ParameterizedTest
    @CsvSource({
        "TLSv1.2, 20, 4, the node does not trust the edge's certificate CN=edge.example.com",
        "TLSv1.3, 20, 4, Add the authority CN=sip-oauth development CA to the registrar's tls.client-ca",
        "TLSv1.2, 28, 5, none of its names is on the list of edges: edge.example.com",
        "TLSv1.3, 28, 5, sipoauth edge add EDGE --certificate-name 'edge.example.com'",
        "TLSv1.3, 10, 6, Renew it",
        "TLSv1.3, 26, 6, extended key usage for TLS clients",
        "TLSv1.3, 23, 6, the node refuses the edge's certificate CN=edge.example.com (alert certificate_revoked)",
        "TLSv1.3, 1, 1, does not say why (alert",
    })
    void explainsTheAlertWithWhichTheNodeRefuses(String protocol, int openSslError, int exit, String explanation)
            throws Exception {
        try (TestNode node = TestNode.refusing(pki, protocol, openSslError)) {
            for (int often = 0;
                    often < 20;
                    often++) { // an alert that a reset overtakes would be lost now and then only
                CommandRun run = check(node.address());

                assertThat(run.exit()).as(run.err()).isEqualTo(exit);
                assertThat(run.err()).contains(explanation);
                assertThat(run.out()).contains("node     CN=node1");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 28})
    void blamesNeitherListNorAgeForACertificateOfTheFuture(int openSslError) throws Exception {
        Clock ahead = Clock.offset(Clock.systemUTC(), Duration.ofDays(30));
        TestPki early = TestPki.in(folder.resolve("early" + openSslError), ahead);
        try (TestNode node = TestNode.refusing(pki, "TLSv1.3", openSslError)) {
            CommandRun run = check(
                    node.address(),
                    "--certificate=" + early.file("edge.crt"),
                    "--private-key=" + early.file("edge.key"));

            assertThat(run.exit()).as(run.err()).isEqualTo(6);
            assertThat(run.err()).contains("It is not valid before 20", "set the clocks");
        }
    }

    @Test
    void saysThatNobodyIsThere() throws Exception {
        try (ClosedPort nobodys = new ClosedPort()) {
            String address = "localhost:" + nobodys.number();

            CommandRun run = check(address);

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.err()).contains("cannot reach " + address, "connection refused", "firewalls");
        }
    }

    @Test
    void namesTheFileThatCannotBeUsed() throws Exception {
        Path nothing = Files.writeString(folder.resolve("nothing.pem"), "nothing\n");
        for (List<String> wrong : List.of(
                List.of("--private-key=" + pki.file("node.key"), "does not hold the key of the certificate"),
                List.of("--private-key=" + nothing, "does not hold the key of the certificate"),
                List.of("--private-key=" + folder.resolve("none"), "NoSuchFileException"),
                List.of("--certificate=" + nothing, "holds no readable certificate"),
                List.of("--certificate=" + folder.resolve("none"), "NoSuchFileException"),
                List.of("--trust=" + nothing, "cannot trust"))) {
            CommandRun run = check("localhost", wrong.get(0));

            assertThat(run.exit()).as(run.err()).isEqualTo(2);
            assertThat(run.err())
                    .contains(wrong.get(0).substring(wrong.get(0).indexOf('=') + 1), wrong.get(1))
                    .doesNotContain("BEGIN");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost:", "localhost:0", "localhost:65536", "sip:localhost", "::1", "a b", "a:1:2"})
    void asksForANode(String node) {
        CommandRun run = check(node);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("--node");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, localhost, 5091, localhost",
        "node1.example.com:5999, node1.example.com, 5999, node1.example.com",
        "192.0.2.1:1, 192.0.2.1, 1, 192.0.2.1",
        "[2001:db8::1], 2001:db8::1, 5091, [2001:db8::1]",
        "[::1]:65535, ::1, 65535, [::1]"
    })
    void readsWhichNodeIsMeant(String text, String host, int port, String uriHost) {
        Node node = Node.parse(text).orElseThrow();

        assertThat(node).isEqualTo(new Node(host, port));
        assertThat(node.uriHost()).isEqualTo(uriHost);
    }

    private static CommandRun check(String node, String... other) {
        List<String> all = new ArrayList<>(List.of("edge", "check", "--node=" + node));
        List<String> given = List.of(other);
        for (String usual : List.of(
                "--certificate=" + pki.file("edge.crt"),
                "--private-key=" + pki.file("edge.key"),
                "--trust=" + pki.authority())) {
            String option = usual.substring(0, usual.indexOf('=') + 1);
            if (given.stream().noneMatch(instead -> instead.startsWith(option))) {
                all.add(usual);
            }
        }
        all.addAll(given);
        return CommandRun.of(EdgeCommand.commandLine(Clock.systemUTC()), all.toArray(String[]::new));
    }
}
