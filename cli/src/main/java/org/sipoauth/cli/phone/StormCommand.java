package org.sipoauth.cli.phone;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.NetworkTrouble;
import org.sipoauth.cli.http.Trust;
import org.sipoauth.cli.json.JsonObject;
import org.sipoauth.cli.token.UnverifiedToken;
import org.sipoauth.registrar.sip.SipUri;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Registers many phones at once, to see what a registrar bears. */
@Command(
        name = "storm",
        description = {
            "Registers many phones at once, each over a TLS connection of its own, keeps them registered, and tells what"
                    + " the registrar made of it. A phone that loses its connection comes back, as real ones do.",
            "Progress goes to standard error, the report to standard output. Ends by itself, or earlier on SIGINT or"
                    + " SIGTERM. Bindings are left to expire.",
            "Only for registrars that are yours to load."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:every phone was registered at the end, and none was ever refused or left without an answer",
            "1:something local is unusable: a file, the limit of open files",
            "2:wrong usage",
            "4:a sign-in was refused (--logins)",
            "5:phones were refused, left without an answer, or not registered at the end: see the report",
            "6:the authorization server cannot be reached (--logins)"
        })
public final class StormCommand implements Callable<Integer> {
    private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(15);
    private static final int FILES_BESIDE_CONNECTIONS = 200;
    private static final String SCOPE = "sip.register";

    private final InstantSource clock;
    private final RandomGenerator random = RandomGenerator.getDefault();

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--registrar",
            required = true,
            paramLabel = "HOST:PORT",
            description = "Where the phones connect, such as sip1.example.com:5090.")
    private String registrar;

    @ArgGroup(multiplicity = "1")
    private Source source;

    /** Where the phones have their tokens from. */
    static final class Source {
        @Option(
                names = "--tokens",
                paramLabel = "FILE",
                description = "A phone for each line, which is its access token: what the token names, it registers.")
        private @Nullable Path tokens;

        @Option(
                names = "--logins",
                paramLabel = "FILE",
                description = "A phone for each line USER:PASSWORD, which signs in at --authz-server as device CSFUSER"
                        + " and keeps its tokens fresh.")
        private @Nullable Path logins;
    }

    @Option(names = "--authz-server", paramLabel = "URL", description = "The issuer at which --logins sign in.")
    private @Nullable URI authzServer;

    @Option(
            names = "--client-id",
            paramLabel = "ID",
            defaultValue = "softphone",
            description = "The phones' client id there (default: ${DEFAULT-VALUE}).")
    private String clientId;

    @Option(
            names = "--trust",
            paramLabel = "PEM",
            description = "Certificate authorities to trust for all connections, in place of this Java's own.")
    private @Nullable Path trust;

    @Option(
            names = "--domain",
            paramLabel = "HOST",
            description = "The host of the addresses-of-record (default: that of --registrar).")
    private @Nullable String domain;

    @Option(names = "--phones", paramLabel = "N", description = "How many (default: all that the file holds).")
    private @Nullable Integer phones;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many start in a second (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--hold",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to go on after the last has started (default: ${DEFAULT-VALUE}).")
    private long holdSeconds;

    @Option(
            names = "--every",
            paramLabel = "SECONDS",
            description = "How often each registers (default: at 80 %% of what the registrar grants).")
    private @Nullable Long everySeconds;

    @Option(
            names = "--think",
            paramLabel = "MILLISECONDS",
            defaultValue = "0",
            description = "The mean time from a challenge to its answer (default: ${DEFAULT-VALUE}).")
    private long thinkMillis;

    @Option(
            names = "--progress",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "How often to tell how it goes; 0: never (default: ${DEFAULT-VALUE}).")
    private long progressSeconds;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    public StormCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() {
        Storm.Plan plan = plan();
        SSLContext https = Trust.context(Optional.ofNullable(trust)); // says at once what is wrong with the file
        EndOnSignal ending = EndOnSignal.interrupting(Thread.currentThread());
        int exit = ExitCodes.NO;
        try {
            List<String> lines = lines();
            requireFiles(lines.size());
            StormTally tally = new StormTally(lines.size(), clock);
            exit = storm(plan, identities(lines, tally, plan.host(), https), tally);
        } catch (InterruptedException asked) {
            err().println("Ended before the first phone started");
        } finally {
            ending.finished(exit);
        }
        return exit;
    }

    private int storm(Storm.Plan plan, List<Storm.Identity> identities, StormTally tally) {
        tally.begin();
        StormReport report = new StormReport(tally);
        Storm storm = new Storm(tls(), plan, identities, tally, random);
        try {
            watch(report, identities.size() / plan.arrivalsPerSecond());
            if (json) {
                out().println(report.json());
            } else {
                report.print(out());
            }
            return report.isClean() ? ExitCodes.OK : PhoneExitCodes.REFUSED;
        } finally {
            storm.close(); // after all of that, for phones that hang up are not registered any more
        }
    }

    private void watch(StormReport report, double arrivalSeconds) {
        Instant end = clock.instant().plusMillis(Math.round(arrivalSeconds * 1000) + holdSeconds * 1000);
        Duration look = progressSeconds == 0 ? Duration.ofDays(1) : Duration.ofSeconds(progressSeconds);
        try {
            for (Duration left = until(end); !left.isNegative(); left = until(end)) {
                Thread.sleep(Math.min(look.toMillis(), left.toMillis() + 1));
                if (progressSeconds > 0) {
                    err().println(report.progress());
                }
            }
        } catch (InterruptedException asked) {
            err().println("Ended early");
        }
    }

    private Duration until(Instant instant) {
        return Duration.between(clock.instant(), instant);
    }

    private List<Storm.Identity> identities(List<String> lines, StormTally tally, String host, SSLContext https)
            throws InterruptedException {
        String uriHost = domain == null ? host : domain;
        if (source.tokens != null) {
            List<Storm.Identity> identities = new ArrayList<>();
            for (String token : lines) {
                identities.add(identity(token, uriHost, StormTokens.fixed(token, tally)));
            }
            return identities;
        }
        return signedIn(lines, tally, uriHost, https);
    }

    private List<Storm.Identity> signedIn(List<String> lines, StormTally tally, String uriHost, SSLContext tls)
            throws InterruptedException {
        HttpsClient https = new HttpsClient(tls, HTTP_TIMEOUT);
        List<Storm.Identity> identities = new ArrayList<>();
        Instant nextWord = clock.instant();
        try {
            AuthorizationServer server = AuthorizationServer.discover(https, authzServer);
            TokenEndpoint endpoint = new TokenEndpoint(https, server.tokenEndpoint(), clientId, clock);
            for (String line : lines) {
                int colon = line.indexOf(':');
                if (colon < 1) {
                    throw unusable(source.logins, "a line is not USER:PASSWORD");
                }
                String user = line.substring(0, colon);
                SignIn.Way way = () -> new ScriptedSignIn(tls, HTTP_TIMEOUT, user, line.substring(colon + 1));
                String device = "CSF" + user.toUpperCase(Locale.ROOT);
                Tokens tokens = new CodeSignIn(clientId, SCOPE, device, way).get(server, endpoint);
                StormTokens kept = StormTokens.refreshed(endpoint, tokens, clock, random, tally);
                identities.add(identity(tokens.accessToken(), uriHost, kept));
                identities.forEach(earlier -> earlier.tokens().refreshIfDue());
                if (progressSeconds > 0 && !clock.instant().isBefore(nextWord)) {
                    err().println("Signed in " + identities.size() + " of " + lines.size());
                    nextWord = clock.instant().plusSeconds(progressSeconds);
                }
            }
        } catch (IOException trouble) {
            throw new CommandFailure(
                    PhoneExitCodes.UNREACHABLE,
                    "cannot sign in at " + authzServer + ": " + NetworkTrouble.inWords(trouble),
                    "Check that the authorization server runs, --authz-server and --trust.");
        }
        return identities;
    }

    private Storm.Identity identity(String accessToken, String uriHost, StormTokens tokens) {
        Path file = source.tokens == null ? source.logins : source.tokens;
        try {
            JsonObject claims = UnverifiedToken.parse(accessToken)
                    .claims()
                    .orElseThrow(() -> unusable(file, "a token is encrypted, so that its phone is not known"));
            String user =
                    Tokens.sipUser(claims).orElseThrow(() -> unusable(file, "a token names no address-of-record"));
            String device = claims.string("device_name").orElse(user);
            return new Storm.Identity(SipUri.parse("sip:" + user + "@" + uriHost), device, tokens);
        } catch (UnverifiedToken.NotAToken malformed) {
            throw unusable(file, "a line is not a token: " + malformed.getMessage());
        }
    }

    /** One a phone. */
    private List<String> lines() {
        Path file = source.tokens == null ? source.logins : source.tokens;
        try (Stream<String> all = Files.lines(file)) {
            List<String> lines = all.map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .limit(phones == null ? Long.MAX_VALUE : phones)
                    .toList();
            if (lines.isEmpty() || phones != null && lines.size() < phones) {
                throw unusable(file, "it holds " + lines.size() + " phones");
            }
            return lines;
        } catch (IOException | UncheckedIOException unreadable) {
            throw unusable(file, unreadable.toString());
        }
    }

    private static CommandFailure unusable(@Nullable Path file, String why) {
        return new CommandFailure(
                ExitCodes.NO,
                "cannot use " + file + ": " + why,
                "One line a phone: an access token (--tokens), or USER:PASSWORD (--logins); --phones at most as many.");
    }

    /** Says before the storm, not in its midst, that there cannot be so many connections. */
    private static void requireFiles(int phones) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long limit = system.getMaxFileDescriptorCount();
            if (limit < phones + FILES_BESIDE_CONNECTIONS) {
                throw new CommandFailure(
                        ExitCodes.NO,
                        phones + " connections are more than the " + limit + " open files that this process may have",
                        "Raise the limit first: ulimit -n " + (phones + FILES_BESIDE_CONNECTIONS) + ".");
            }
        }
    }

    private SslContext tls() {
        try {
            return SslContextBuilder.forClient()
                    .trustManager(Trust.manager(Optional.ofNullable(trust)))
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
        } catch (SSLException broken) {
            throw new IllegalStateException("this Java has no TLS", broken);
        }
    }

    private Storm.Plan plan() {
        int colon = registrar.lastIndexOf(':');
        String port = registrar.substring(colon + 1);
        require(
                colon > 0 && port.matches("\\d{1,5}") && Integer.parseInt(port) <= 65535,
                "--registrar: a host and a port, such as sip1.example.com:5090");
        require(rate > 0 && rate <= 100_000, "--rate: more than 0, at most 100000");
        require(phones == null || phones > 0, "--phones: at least 1");
        require(holdSeconds >= 0, "--hold: at least 0");
        require(everySeconds == null || everySeconds > 0, "--every: at least 1");
        require(thinkMillis >= 0, "--think: at least 0");
        require(progressSeconds >= 0, "--progress: at least 0");
        require((source.logins == null) == (authzServer == null), "--logins and --authz-server go together");
        require(
                authzServer == null || "https".equalsIgnoreCase(authzServer.getScheme()),
                "--authz-server: an https address");
        String host = registrar.substring(0, colon).replaceAll("[\\[\\]]", "");
        return new Storm.Plan(
                host,
                Integer.parseInt(port),
                rate,
                Optional.ofNullable(everySeconds).map(Duration::ofSeconds),
                Duration.ofMillis(thinkMillis));
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
