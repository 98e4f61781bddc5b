package org.sipoauth.benchmarks.registrations;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sipoauth.benchmarks.platform.ChildProcess;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.ProcessUsage;
import org.sipoauth.benchmarks.platform.TokenIssuer;
import org.sipoauth.benchmarks.platform.TokenIssuer.Algorithm;
import org.sipoauth.benchmarks.platform.Workplace;

/**
 * Phones by the thousand at one registrar, which is then restarted under them: how long until the last of them is
 * registered again, what memory that takes, and what processor time while they only stay registered. Each phone has a
 * connection and a token of its own; nobody answers for the issuer, so every token is verified offline.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.registrations.RegistrationStorm --help}, in the
 * repository, after {@code mvn package}.
 */
public final class RegistrationStorm {
    private static final String DOMAIN = "example.com";
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final long LOOK_MILLIS = 50;
    private static final Pattern BINDINGS = Pattern.compile("^sip_bindings (\\S+)", Pattern.MULTILINE);
    private static final long MEGABYTE = 1_000_000;

    private final Plan plan;
    private final Workplace workplace;
    private final PrintStream out;
    private final int port;
    private final URI metrics;

    /**
     * @param arrivals phones that start in a second, the first time
     * @param every between two registrations of a phone
     * @param steady how long to look at phones that only stay registered
     */
    record Plan(int phones, int arrivals, Duration every, Duration steady) {}

    /**
     * What was seen.
     *
     * @param back from the start of the new registrar's process to the last phone's registration
     * @param peakBytes of the new registrar's memory
     * @param load processor time for each second of the steady state
     * @param storm the phones' own report
     */
    record Seen(Duration back, long peakBytes, double load, Map<String, Object> storm) {
        /** Phones that were refused, left without an answer, or not registered at the end. */
        long failures() {
            long refused = ((Map<?, ?>) storm.get("refused"))
                    .values().stream()
                            .mapToLong(times -> ((Number) times).longValue())
                            .sum();
            return refused + number("unanswered") + number("phones") - number("registeredAtTheEnd");
        }

        private long number(String member) {
            return storm.get(member) instanceof Number number ? number.longValue() : 0;
        }
    }

    private RegistrationStorm(Plan plan, Workplace workplace, PrintStream out) throws IOException {
        this.plan = plan;
        this.workplace = workplace;
        this.out = out;
        this.port = workplace.freePort();
        this.metrics = URI.create("http://127.0.0.1:" + workplace.freePort() + "/metrics");
    }

    public static void main(String[] args)
            throws IOException, InterruptedException, GeneralSecurityException, ParseException {
        Options options = new Options("RegistrationStorm: thousands of phones, and a registrar that is restarted")
                .option("--phones", 10_000, "each with a connection and a token of its own")
                .option("--arrivals", 300, "phones that start in a second, the first time")
                .option("--every", 120, "seconds between two registrations of a phone")
                .option("--steady", 240, "seconds to look at phones that only stay registered")
                .parse(args);
        Plan plan = new Plan(
                options.get("--phones"),
                options.get("--arrivals"),
                Duration.ofSeconds(options.get("--every")),
                Duration.ofSeconds(options.get("--steady")));
        long failures = run(plan, System.out).failures();
        System.exit(failures == 0 ? 0 : 1);
    }

    static Seen run(Plan plan, PrintStream out)
            throws IOException, InterruptedException, GeneralSecurityException, ParseException {
        out.println(plan);
        try (Workplace workplace = Workplace.open("registration-storm")) {
            return new RegistrationStorm(plan, workplace, out).run();
        }
    }

    private Seen run() throws IOException, InterruptedException, GeneralSecurityException, ParseException {
        workplace
                .start("dev-pki", "\0", Workplace.java("cli/target/sipoauth.jar", List.of("dev-pki", "--out", pki())))
                .awaitSuccess();
        mint();
        ChildProcess first = startRegistrar("registrar");
        first.awaitReady();
        ChildProcess storm = startStorm();
        storm.awaitReady();
        out.printf("all registered, %d MB%n", ProcessUsage.residentBytes(first.handle()) / MEGABYTE);

        first.close();
        Instant begun = Instant.now();
        ChildProcess second = startRegistrar("registrar-again");
        second.awaitReady();
        awaitBindings();
        Duration back = Duration.between(begun, Instant.now());
        out.printf(Locale.ROOT, "all registered again %.1f s after the new start%n", back.toMillis() / 1000.0);

        Duration before = ProcessUsage.processorTime(second.handle());
        Instant since = Instant.now();
        Thread.sleep(plan.steady().toMillis());
        double load = (double) ProcessUsage.processorTime(second.handle())
                        .minus(before)
                        .toMillis()
                / Duration.between(since, Instant.now()).toMillis();
        long peak = ProcessUsage.peakResidentBytes(second.handle());
        long now = ProcessUsage.residentBytes(second.handle());
        storm.close();
        Seen seen = new Seen(back, peak, load, report(storm));
        out.printf(
                Locale.ROOT,
                "steady: %.1f %% of a processor, %d MB; at most %d MB; failures: %d%n",
                load * 100,
                now / MEGABYTE,
                peak / MEGABYTE,
                seen.failures());
        out.println(JSONObjectUtils.toJSONString(seen.storm()));
        return seen;
    }

    private void mint() throws IOException, GeneralSecurityException {
        TokenIssuer issuer = new TokenIssuer();
        Files.writeString(jwks(), issuer.jwkSet());
        long now = Instant.now().getEpochSecond();
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < plan.phones(); i++) {
            String claims = TokenIssuer.claims(
                    TokenIssuer.AUDIENCE, Integer.toString(100_000 + i), "token" + i, now, now + 4 * 3600);
            tokens.add(issuer.sign(Algorithm.ES256, TokenIssuer.header(Algorithm.ES256), claims));
        }
        Files.createFile(tokens(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(tokens(), tokens, StandardOpenOption.WRITE);
    }

    private ChildProcess startRegistrar(String name) throws IOException {
        List<String> arguments = List.of(
                "--bind=127.0.0.1",
                "--mode=enabled",
                "--oauth-port=" + port,
                "--mra-oauth-port=none",
                "--management-port=" + metrics.getPort(),
                "--issuer=" + TokenIssuer.NAME,
                "--audience=" + TokenIssuer.AUDIENCE,
                "--domain=" + DOMAIN,
                "--jwks=" + jwks(),
                "--status-lists=none",
                "--expires=" + plan.every().multipliedBy(3).dividedBy(2).toSeconds() + "s",
                "--tls.certificate=" + pki() + "/node.crt",
                "--tls.private-key=" + pki() + "/node.key");
        return workplace.start(name, "listening ", Workplace.java("sip-registrar/target/sip-registrar.jar", arguments));
    }

    private ChildProcess startStorm() throws IOException {
        List<String> arguments = List.of(
                "phone",
                "storm",
                "--registrar=localhost:" + port,
                "--tokens=" + tokens(),
                "--trust=" + pki() + "/ca.crt",
                "--rate=" + plan.arrivals(),
                "--every=" + plan.every().toSeconds(),
                "--hold=" + plan.steady().plus(LIMIT).plus(LIMIT).toSeconds(),
                "--progress=1",
                "--json");
        String allRegistered = String.format(Locale.ROOT, " %,d registered", plan.phones());
        return workplace.start("storm", allRegistered, Workplace.java("cli/target/sipoauth.jar", arguments));
    }

    private void awaitBindings() throws IOException, InterruptedException {
        Instant giveUp = Instant.now().plus(LIMIT);
        Http http = Http.plain();
        while (true) {
            Matcher bindings = BINDINGS.matcher(http.get(metrics, Map.of()).body());
            if (bindings.find() && Double.parseDouble(bindings.group(1)) >= plan.phones()) {
                return;
            }
            if (Instant.now().isAfter(giveUp)) {
                throw new IOException("not all phones came back within " + LIMIT.toMinutes() + " minutes");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private static Map<String, Object> report(ChildProcess storm) throws IOException, ParseException {
        String json = storm.output()
                .lines()
                .filter(line -> line.startsWith("{"))
                .findFirst()
                .orElseThrow(() -> new IOException("the phones ended without a report"));
        return JSONObjectUtils.parse(json);
    }

    private String pki() {
        return workplace.folder().resolve("pki").toString();
    }

    private Path jwks() {
        return workplace.folder().resolve("jwks.json");
    }

    private Path tokens() {
        return workplace.folder().resolve("tokens.txt");
    }
}
