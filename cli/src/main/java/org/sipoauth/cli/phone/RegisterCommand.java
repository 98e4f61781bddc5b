package org.sipoauth.cli.phone;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.OwnCertificate;
import org.sipoauth.cli.http.Trust;
import org.sipoauth.registrar.sip.SipSyntaxException;
import org.sipoauth.registrar.sip.SipUri;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Registers as a phone does, from its configuration to a registration that is kept alive. */
@Command(
        name = "register",
        description = {
            "Registers as a phone does: reads the device's configuration, signs in, registers over TLS with the token,"
                    + " keeps the registration alive and the tokens fresh.",
            "Ends on SIGINT or SIGTERM, and takes the registration back first.",
            "Signs in as a softphone by authorization code with PKCE, in a browser or, with --user, without one; or with"
                    + " --device-code as a desk phone, by a code that its owner enters elsewhere (RFC 8628).",
            "As a desk phone also with --activation-code, by a code that an administrator has made for it, or with"
                    + " --client-certificate, by the certificate of its manufacturer (RFC 8705); with both where both are wanted."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:registered (--once), or asked to end and unregistered",
            "1:something local is unusable: the token file, the configuration, the password file, the activation code; or a signal came too early",
            "2:wrong usage",
            "3:the device's configuration has the SIP OAuth mode off",
            "4:the sign-in was refused, or the login has ended: sign in again",
            "5:the registrar refuses the registration",
            "6:a server cannot be reached"
        })
public final class RegisterCommand implements Callable<Integer> {
    private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration BROWSER_PATIENCE = Duration.ofMinutes(5);
    private static final String SCOPE = "sip.register";
    private static final String ACTIVATION_CODE_VARIABLE = "SIPOAUTH_ACTIVATION_CODE";
    private static final int LONGEST_FIRST_LINE = 4096;

    private final InstantSource clock;
    private final InputStream input;
    private final RandomGenerator random = new SecureRandom();

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--provisioning",
            required = true,
            paramLabel = "URL",
            description = "Where the device's configuration is, such as https://host:6970.")
    private URI provisioning;

    @Option(names = "--device", required = true, paramLabel = "NAME", description = "The device, such as CSFALICE.")
    private String device;

    @Option(names = "--user", paramLabel = "NAME", description = "Sign in without a browser, as this person.")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "With --user: the file whose first line is the password.")
    private @Nullable Path passwordFile;

    @Option(names = "--password-stdin", description = "With --user: the password is the first line of standard input.")
    private boolean passwordStdin;

    @Option(
            names = "--device-code",
            description =
                    "Sign in as a phone without a browser: show a code and wait until the device's owner has entered"
                            + " it in a browser.")
    private boolean deviceCode;

    @Option(
            names = "--activation-code",
            description = "Sign in by an activation code, from --activation-code-file, the environment variable "
                    + ACTIVATION_CODE_VARIABLE + " or the first line of standard input.")
    private boolean activationCode;

    @Option(
            names = "--activation-code-file",
            paramLabel = "FILE",
            description = "With --activation-code: the file whose first line is the code.")
    private @Nullable Path activationCodeFile;

    @Option(
            names = "--client-certificate",
            paramLabel = "PEM",
            description =
                    "The phone's certificate, and what goes with it: shown to every server that asks for one. Without"
                            + " another way to sign in it is that.")
    private @Nullable Path clientCertificate;

    @Option(
            names = "--client-key",
            paramLabel = "PEM",
            description = "With --client-certificate: its key, PKCS #8, not encrypted.")
    private @Nullable Path clientKey;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description =
                    "Remember tokens and configuration here (readable by the owner alone), and use them if they are"
                            + " here: so the phone registers while the authorization server is down.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--trust",
            paramLabel = "PEM",
            description = "Certificate authorities to trust for all connections, in place of this Java's own.")
    private @Nullable Path trust;

    @Option(names = "--once", description = "Register once, print the binding, leave it in place and end.")
    private boolean once;

    @Option(names = "--trace", description = "Print the SIP dialogue, with tokens shortened.")
    private boolean tracing;

    @Option(names = "--edge", description = "Register as through an edge: at sipMRAOAuthPort, not sipOAuthPort.")
    private boolean edge;

    @Option(names = "--sip-host", paramLabel = "HOST", description = "Connect there, not to the configured node.")
    private @Nullable String sipHost;

    @Option(names = "--sip-port", paramLabel = "PORT", description = "Connect to this port, not the configured one.")
    private @Nullable Integer sipPort;

    @Option(
            names = "--aor",
            paramLabel = "URI",
            description = "Register this address-of-record; otherwise the first that the token names, at the node's"
                    + " address.")
    private @Nullable String aor;

    @Option(
            names = "--client-id",
            paramLabel = "ID",
            description =
                    "The phone's client id at the authorization server (default: softphone, or deskphone for the ways"
                            + " of desk phones).")
    private @Nullable String clientId;

    @Option(
            names = "--authz-server",
            paramLabel = "URL",
            description = "Sign in at this issuer, not the one the provisioning service names.")
    private @Nullable URI authzServer;

    public RegisterCommand(InstantSource clock, InputStream input) {
        this.clock = clock;
        this.input = input;
    }

    @Override
    public Integer call() {
        requireSensibleOptions();
        SSLContext tls = Trust.context(
                Optional.ofNullable(trust),
                Optional.ofNullable(clientCertificate)
                        .map(pem -> OwnCertificate.read(pem, Objects.requireNonNull(clientKey))));
        EndOnSignal ending = EndOnSignal.interrupting(Thread.currentThread());
        int exit = ExitCodes.NO;
        try {
            Startup.Ready ready = startup(tls).prepare();
            if (!ready.configuration().sipOAuthMode()) {
                throw modeOff(ready.configuration());
            }
            exit = register(phone(tls, ready.configuration(), ready.login().orElseThrow()));
        } catch (InterruptedException asked) {
            say("Ended before it was registered");
        } catch (LoginEnded ended) {
            throw new CommandFailure(PhoneExitCodes.SIGN_IN, ended.getMessage(), "Start the phone again to sign in.");
        } finally {
            ending.finished(exit);
        }
        return exit;
    }

    private int register(Phone phone) throws InterruptedException, LoginEnded {
        if (once) {
            phone.registerOnce();
            return ExitCodes.OK;
        }
        try {
            phone.stayRegistered();
        } catch (InterruptedException asked) {
            say("Ended");
        }
        return ExitCodes.OK;
    }

    private Startup startup(SSLContext tls) {
        HttpsClient https = new HttpsClient(tls, HTTP_TIMEOUT);
        return new Startup(
                https,
                new Provisioning(https, provisioning, device),
                new PhoneMemory(Optional.ofNullable(tokenFile), device),
                new Startup.SignInRequest(
                        clientId(),
                        Optional.ofNullable(authzServer),
                        clientCertificate != null,
                        firstTokens(https, tls)),
                clock,
                random,
                this::say);
    }

    private Phone phone(SSLContext tls, PhoneConfiguration configuration, Login login) {
        List<Endpoint> endpoints = Endpoint.of(configuration, edge, sipHost, sipPort);
        return new Phone(
                tls,
                endpoints,
                new Phone.Identity(device, aor(login.tokens())),
                login,
                new Trace(out(), tracing),
                clock,
                random,
                this::say);
    }

    private String clientId() {
        boolean deskPhone = deviceCode || activationCode || clientCertificate != null;
        return clientId != null ? clientId : deskPhone ? "deskphone" : "softphone";
    }

    private FirstTokens firstTokens(HttpsClient https, SSLContext tls) {
        if (activationCode) {
            return ProofSignIn.byActivationCode(this::readActivationCode, device, RegisterCommand::pause, this::say);
        }
        if (clientCertificate != null && !deviceCode) {
            return ProofSignIn.byCertificate(device, RegisterCommand::pause, this::say);
        }
        return deviceCode
                ? new DeviceSignIn(
                        https,
                        clientId(),
                        SCOPE,
                        device,
                        clock,
                        RegisterCommand::pause,
                        new DeviceSignIn.Display(this::say, drawsBlocks()))
                : new CodeSignIn(clientId(), SCOPE, device, () -> signIn(tls));
    }

    /** Whether what is printed reaches the terminal as it is, or as question marks. */
    private static boolean drawsBlocks() {
        String terminal = System.getProperty("stdout.encoding", System.getProperty("native.encoding", "UTF-8"));
        return Charset.isSupported(terminal)
                && Charset.forName(terminal).newEncoder().canEncode('█');
    }

    private SignIn signIn(SSLContext tls) throws IOException {
        return user == null
                ? new BrowserSignIn(out(), BrowserSignIn::openBrowser, BROWSER_PATIENCE)
                : new ScriptedSignIn(tls, HTTP_TIMEOUT, user, password());
    }

    private String password() {
        try (InputStream source = passwordStdin ? input : Files.newInputStream(passwordFile)) {
            return firstLine(source).orElseThrow(() -> noPassword("it is empty"));
        } catch (IOException unreadable) {
            throw noPassword(unreadable.toString());
        }
    }

    private String readActivationCode() {
        String fromEnvironment = System.getenv(ACTIVATION_CODE_VARIABLE);
        if (activationCodeFile == null && fromEnvironment != null) {
            return fromEnvironment;
        }
        if (activationCodeFile == null) {
            say("Enter the activation code of " + device + ":");
        }
        try (InputStream source = activationCodeFile == null ? input : Files.newInputStream(activationCodeFile)) {
            return firstLine(source).orElseThrow(() -> noActivationCode("it is empty"));
        } catch (IOException unreadable) {
            throw noActivationCode(unreadable.toString());
        }
    }

    private static Optional<String> firstLine(InputStream source) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = source.read();
                next >= 0 && next != '\n' && next != '\r' && line.size() < LONGEST_FIRST_LINE;
                next = source.read()) {
            line.write(next);
        }
        return Optional.of(line.toString(StandardCharsets.UTF_8)).filter(text -> !text.isEmpty());
    }

    private static CommandFailure noActivationCode(String why) {
        return new CommandFailure(
                ExitCodes.NO,
                "cannot read the activation code: " + why,
                "Its first line must hold the code of sixteen digits, nothing else.");
    }

    private static void pause(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }

    private static CommandFailure noPassword(String why) {
        return new CommandFailure(
                ExitCodes.NO,
                "cannot read the password: " + why,
                "Its first line must hold the password, nothing else.");
    }

    private Function<Endpoint, SipUri> aor(Tokens tokens) {
        if (aor != null) {
            SipUri chosen = SipUri.parse(aor);
            return endpoint -> chosen;
        }
        String sipUser = tokens.sipUser().orElseThrow(RegisterCommand::noAor);
        return endpoint -> SipUri.parse("sip:" + sipUser + "@" + endpoint.domain());
    }

    private static CommandFailure noAor() {
        return new CommandFailure(
                ExitCodes.NO, "the token names no address-of-record to register", "Name it with --aor.");
    }

    private CommandFailure modeOff(PhoneConfiguration configuration) {
        PhoneConfiguration.Node node = configuration.nodes().get(0);
        return new CommandFailure(
                PhoneExitCodes.MODE_OFF,
                "the configuration of " + device + " has sipOAuthMode 0: a phone now registers without tokens, at "
                        + node.name() + " (" + node.address() + ") port " + node.sipPort() + ", or "
                        + node.securedSipPort()
                        + " with TLS",
                "Switch the SIP OAuth mode on at the authorization server and the registrar to register by token.");
    }

    private void requireSensibleOptions() {
        require(
                "https".equalsIgnoreCase(provisioning.getScheme()) && provisioning.getHost() != null,
                "--provisioning: an https address, for tokens are sent there");
        require(device.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,49}"), "--device: not a device name");
        require(
                authzServer == null || "https".equalsIgnoreCase(authzServer.getScheme()),
                "--authz-server: an https address");
        require(passwordFile == null || !passwordStdin, "--password-file and --password-stdin exclude each other");
        boolean password = passwordFile != null || passwordStdin;
        require(password == (user != null), "--user goes with --password-file or --password-stdin");
        require(!deviceCode || user == null, "--device-code and --user exclude each other");
        require(!activationCode || user == null, "--activation-code and --user exclude each other");
        require(!activationCode || !deviceCode, "--activation-code and --device-code exclude each other");
        require(activationCodeFile == null || activationCode, "--activation-code-file goes with --activation-code");
        require((clientCertificate == null) == (clientKey == null), "--client-certificate goes with --client-key");
        require(
                clientCertificate == null || user == null,
                "--client-certificate and --user exclude each other: a certificate signs in a desk phone");
        require(sipPort == null || sipPort >= 1 && sipPort <= 65535, "--sip-port: from 1 to 65535");
        require(aor == null || isAor(aor), "--aor: a SIP URI such as sip:1001@example.com");
    }

    private static boolean isAor(String text) {
        try {
            return SipUri.parse(text).user().isPresent();
        } catch (SipSyntaxException malformed) {
            return false;
        }
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private void say(String line) {
        out().println(Printable.line(line));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
