package org.sipoauth.benchmarks.registrations;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.PrintStream;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sipoauth.benchmarks.platform.ChildProcess;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.ProcessUsage;
import org.sipoauth.benchmarks.platform.RegistrarRig;
import org.sipoauth.benchmarks.platform.Store;
import org.sipoauth.benchmarks.platform.Workplace;

/**
 * Phones by the thousand at one registrar, which is then restarted under them: how long until the last of them is
 * registered again, what memory that takes, and what processor time while they only stay registered. Each phone has a
 * connection and a token of its own; of the issuer nothing but its status lists is there, so every token is verified offline, and
 * each time whether its login was revoked.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.registrations.RegistrationStorm --help}, in the
 * repository, after {@code mvn package}.
 */
public final class RegistrationStorm {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int SPARE_CONNECTIONS = 500;
    private static final long LOOK_MILLIS = 50;
    private static final long MEGABYTE = 1_000_000;

    private final Plan plan;
    private final RegistrarRig rig;
    private final List<String> location;
    private final PrintStream out;

    /**
     * @param arrivals phones that start in a second, the first time
     * @param every between two registrations of a phone
     * @param steady how long to look at phones that only stay registered
     * @param redis whether the bindings are kept in one, as registrars that share them do
     */
    record Plan(int phones, int arrivals, Duration every, Duration steady, boolean redis) {}

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
            return RegistrarRig.refusals(storm)
                    + RegistrarRig.number(storm, "unanswered")
                    + RegistrarRig.number(storm, "phones")
                    - RegistrarRig.number(storm, "registeredAtTheEnd");
        }
    }

    private RegistrationStorm(Plan plan, RegistrarRig rig, List<String> location, PrintStream out) {
        this.plan = plan;
        this.rig = rig;
        this.location = location;
        this.out = out;
    }

    public static void main(String[] args)
            throws IOException, InterruptedException, GeneralSecurityException, ParseException {
        Options options = new Options("RegistrationStorm: thousands of phones, and a registrar that is restarted")
                .option("--phones", 10_000, "each with a connection and a token of its own")
                .option("--arrivals", 300, "phones that start in a second, the first time")
                .option("--every", 120, "seconds between two registrations of a phone")
                .option("--steady", 240, "seconds to look at phones that only stay registered")
                .flag("--redis", "bindings in a Redis, which outlives the registrar")
                .parse(args);
        Plan plan = new Plan(
                options.get("--phones"),
                options.get("--arrivals"),
                Duration.ofSeconds(options.get("--every")),
                Duration.ofSeconds(options.get("--steady")),
                options.isSet("--redis"));
        long failures = run(plan, System.out).failures();
        System.exit(failures == 0 ? 0 : 1);
    }

    static Seen run(Plan plan, PrintStream out)
            throws IOException, InterruptedException, GeneralSecurityException, ParseException {
        out.println(plan);
        try (Workplace workplace = Workplace.open("registration-storm");
                RegistrarRig rig = RegistrarRig.prepare(workplace, plan.phones())) {
            List<String> location = List.of();
            if (plan.redis()) {
                int port = workplace.freePort();
                Store.startRedis(workplace, "redis", "redis", port, List.of()).awaitReady();
                location = List.of("--location.redis=redis://127.0.0.1:" + port);
            }
            Seen seen = new RegistrationStorm(plan, rig, location, out).run();
            if (seen.failures() > 0) {
                out.println("what the programs said is in " + workplace.keepLogs());
            }
            return seen;
        }
    }

    private Seen run() throws IOException, InterruptedException, ParseException {
        ChildProcess first = startRegistrar("registrar");
        first.awaitReady();
        awaitHealth();
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
        Seen seen = new Seen(back, peak, load, RegistrarRig.report(storm));
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

    private ChildProcess startRegistrar(String name) throws IOException {
        List<String> options = new ArrayList<>(location);
        options.add("--max-connections=" + (plan.phones() + SPARE_CONNECTIONS)); // it says at the start if it may not
        options.add("--expires=" + plan.every().multipliedBy(3).dividedBy(2).toSeconds() + "s");
        return rig.startRegistrar(name, options);
    }

    private ChildProcess startStorm() throws IOException {
        return rig.startStorm(
                plan.phones(),
                List.of(
                        "--rate=" + plan.arrivals(),
                        "--every=" + plan.every().toSeconds(),
                        "--hold=" + plan.steady().plus(LIMIT).plus(LIMIT).toSeconds()));
    }

    private void awaitHealth() throws IOException, InterruptedException {
        Instant giveUp = Instant.now().plus(LIMIT);
        while (!rig.isHealthy()) {
            if (Instant.now().isAfter(giveUp)) {
                throw new IOException("the registrar is not healthy after " + LIMIT.toMinutes() + " minutes");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private void awaitBindings() throws IOException, InterruptedException {
        Instant giveUp = Instant.now().plus(LIMIT);
        while (rig.metrics().sum("sip_bindings") < plan.phones()) {
            if (Instant.now().isAfter(giveUp)) {
                throw new IOException("not all phones came back within " + LIMIT.toMinutes() + " minutes");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }
}
