package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.sipoauth.authz.Chromium;

/** The README's first command, without its build: that is what makes the jars for this test. */
class QuickstartIT {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    private final Map<String, Integer> ports = new LinkedHashMap<>();

    @BeforeEach
    void choosePorts() throws IOException {
        for (String option : List.of(
                "--server-port",
                "--provisioning-port",
                "--management-port",
                "--oauth-port",
                "--mra-port",
                "--registrar-management-port")) {
            ports.put(option, LoopbackPorts.free());
        }
    }

    /**
     * What the README tells a new operator to try, with nothing but what the quickstart has printed. That it ends by itself
     * when told {@code --once} is for {@code .ci/run} to see, on the ports of the README.
     */
    @Test
    void leadsANewOperatorFromARegisteredPhoneToARotatedKeyAndARevokedUser() throws Exception {
        try (ChildProcess quickstart = start()) {
            quickstart.awaitLine("==> 4/8", LIMIT);
            quickstart.awaitLine("==> 8/8", LIMIT);
            quickstart.awaitLine("^Up\\.", LIMIT);
            assertThat(quickstart.output())
                    .containsSubsequence(
                            "SIP/2.0 407 Proxy Authentication Required",
                            "SIP/2.0 200 OK",
                            "NOT VERIFIED",
                            "accepted alice ",
                            "nothing listens on",
                            "accepted alice ",
                            "SIP/2.0 200 OK",
                            "The 200 OK above came while the authorization server was down.",
                            "peak memory: authz-server ")
                    .contains("sign in        https://localhost:" + ports.get("--server-port"));
            String console = quickstart.awaitLine("^ +console +(https://\\S+)").group(1);
            String oneTimePassword =
                    quickstart.awaitLine("one-time password (\\S+) and choose").group(1);

            try (Chromium browser = Chromium.start()) { // where there is none, that is all that is skipped
                operates(browser, console, oneTimePassword);
            } finally {
                quickstart.terminate();
                assertThat(quickstart.awaitExit(LIMIT)).isEqualTo(143);
                assertNothingListens();
            }
        }
    }

    private void operates(Chromium browser, String console, String oneTimePassword) throws Exception {
        signIn(browser, console, oneTimePassword);
        browser.waitForText(".figure", "Registered phones\n1\nat 1 of 1 registrars");
        picture(browser, "overview");

        browser.open(URI.create(console + "/keys"));
        browser.element("a[href$='rotate?use=access_token_signing']").click();
        browser.press("Rotate now");
        browser.waitForText("[role=status]", "The signing key was rotated. No token was lost.");
        picture(browser, "rotated");
        assertThat(phone()).isZero();
        browser.open(URI.create(console + "/diagnosis?device=CSFALICE"));
        browser.waitForText("#conclusion", "It is registered at node1.");
        picture(browser, "registered");

        browser.open(URI.create(console + "/subscribers?name=alice"));
        browser.press("Revoke all logins…");
        browser.type("#reason", "phone lost");
        picture(browser, "revoke");
        browser.press("Revoke");
        browser.waitForText("[role=status]", "1 login is revoked");
        browser.until(
                page -> { // with the registrar's next read of the status lists
                    page.get(console);
                    return page.findElement(By.tagName("main")).getText().contains("Registered phones\n0\n");
                });
        assertThat(phone()).isNotZero();
        browser.until(
                page -> { // with the console's next look at the registrar
                    page.get(console + "/diagnosis?device=CSFALICE");
                    return page.findElement(By.cssSelector(".walk")).getText().contains("node1 refused it");
                });
        browser.waitForText("#conclusion", "Its login was revoked");
        browser.waitForText("#conclusion", "phone lost");
        browser.assertAccessible();
        picture(browser, "refused");
        browser.assertQuietAndAtHome(console.replace("/console", "/"));
    }

    private static void signIn(Chromium browser, String console, String oneTimePassword) {
        String chosen = "nine geese walk a long way home";
        browser.open(URI.create(console));
        browser.type("#username", "admin");
        browser.type("#password", oneTimePassword);
        browser.press("Sign in");
        browser.waitForText("h1", "Choose a password");
        browser.type("#current", oneTimePassword);
        browser.type("#chosen", chosen);
        browser.type("#again", chosen);
        browser.press("Change password");
        browser.waitForText("h1", "Overview");
    }

    private static void picture(Chromium browser, String name) {
        for (Chromium.Look look : new Chromium.Look[] {Chromium.Look.PHONE_DARK, Chromium.Look.DESKTOP_LIGHT}) {
            browser.look(look);
            browser.screenshot("new-operator-" + name, look);
            browser.assertFitsItsWidth();
        }
    }

    /** The quickstart's own phone registers once more, with the tokens it has. */
    private int phone() throws InterruptedException {
        Path run = folder.resolve("run");
        try (ChildProcess phone = ChildProcess.start(
                "phone",
                folder,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        Repository.file("cli/target/sipoauth.jar").toString(),
                        "phone",
                        "register",
                        "--once",
                        "--provisioning",
                        "https://localhost:" + ports.get("--provisioning-port"),
                        "--device",
                        "CSFALICE",
                        "--trust",
                        run.resolve("pki/ca.crt").toString(),
                        "--token-file",
                        run.resolve("phone/tokens.json").toString()))) {
            return phone.awaitExit(LIMIT);
        }
    }

    @Test
    void namesAPortThatIsInUseAndStartsNothing() throws Exception {
        try (ServerSocket taken = new ServerSocket(ports.get("--mra-port"), 1, InetAddress.getLoopbackAddress());
                ChildProcess quickstart = start("--once")) {
            assertThat(quickstart.awaitExit(LIMIT)).isEqualTo(2);
            assertThat(quickstart.output())
                    .contains("Port " + taken.getLocalPort() + " (SIP for edges, sip-registrar) is in use")
                    .contains("--mra-port N");
        }
        assertThat(folder.resolve("run")).doesNotExist();
    }

    private ChildProcess start(String... options) {
        List<String> command = new ArrayList<>(List.of(
                Peer.BASH.path(),
                Repository.file("deploy/quickstart.sh").toString(),
                "--no-build",
                "--data",
                folder.resolve("run").toString()));
        ports.forEach((option, port) -> command.addAll(List.of(option, port.toString())));
        command.addAll(List.of(options));
        return ChildProcess.start("quickstart.sh", folder, command);
    }

    private void assertNothingListens() {
        ports.forEach((option, port) -> assertThatThrownBy(
                        () -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .as(option)
                .isInstanceOf(ConnectException.class));
    }
}
