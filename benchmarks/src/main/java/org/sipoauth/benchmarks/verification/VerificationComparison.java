package org.sipoauth.benchmarks.verification;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.Workplace;

/**
 * Verifies the same tokens with this project's verifier and with its peers, each in a process of its own, and prints what
 * a token costs each, as Markdown. Every one is seen to refuse broken, expired and foreign tokens before it is timed.
 */
public final class VerificationComparison {
    private final Plan plan;
    private final Path folder;
    private final PrintStream progress;
    private final Figures figures = new Figures();

    private VerificationComparison(Plan plan, Path folder, PrintStream progress) {
        this.plan = plan;
        this.folder = folder;
        this.progress = progress;
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(
                        "VerificationComparison: what a token costs this verifier and its peers, on this JDK.")
                .option("--tokens", 50_000, "known tokens, and new ones when a node takes over")
                .option("--iterations", 5, "of each measurement, of which the median counts")
                .option("--milliseconds", 350, "an iteration")
                .option("--starts", 11, "processes started for their first verdict")
                .option("--processes", 1, "for each measurement, which share in its median")
                .flag("--rs256", "tokens of RS256 alone, by those that are near its floor")
                .parse(args);
        boolean rs256 = options.isSet("--rs256");
        Plan plan = new Plan(
                rs256 ? List.of(Algorithm.RS256) : List.of(Algorithm.values()),
                rs256 ? Plan.NEAR_THE_FLOOR : List.of(Library.values()),
                options.get("--tokens"),
                options.get("--iterations"),
                Duration.ofMillis(options.get("--milliseconds")),
                options.get("--processes"),
                options.get("--starts"));
        run(plan, System.err).print(System.out, Runtime.version().feature(), plan.tokens());
    }

    static Figures run(Plan plan, PrintStream progress) throws Exception {
        Path folder = Files.createTempDirectory("verification");
        try {
            VerificationComparison comparison = new VerificationComparison(plan, folder, progress);
            comparison.measure();
            return comparison.figures;
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
    }

    private void measure() throws Exception {
        long start = System.nanoTime();
        mint();
        say(start, "tokens minted");
        boolean whole = !plan.libraries().equals(Plan.NEAR_THE_FLOOR);
        if (whole) {
            measureStarts(); // first, for it needs the verifier's jar, and says so where it is missing
            say(start, "starts measured");
        }
        for (Algorithm algorithm : plan.algorithms()) {
            measureTokens(algorithm);
            measureSignatures(algorithm);
            say(start, algorithm + " measured");
        }
        if (whole) {
            measureKnown();
            say(start, "known tokens measured");
            measureFailovers();
            say(start, "failovers measured");
        }
    }

    private void say(long startNanos, String what) {
        progress.printf(
                Locale.ROOT,
                "%4d s: %s%n",
                Duration.ofNanos(System.nanoTime() - startNanos).toSeconds(),
                what);
    }

    /** With native code, which signs 50,000 tokens in seconds. */
    private void mint() throws Exception {
        Provider.CORRETTO.use();
        for (Algorithm algorithm : plan.algorithms()) {
            int tokens = algorithm == Algorithm.EdDSA ? Plan.DISTINCT : Math.max(Plan.DISTINCT, plan.tokens());
            Issuer issuer = Issuer.mint(algorithm, tokens);
            issuer.keepIn(folder);
            Files.writeString(folder.resolve(algorithm + ".jwks"), issuer.jwkSet());
            Files.writeString(
                    folder.resolve(algorithm + ".token"), issuer.tokens().get(0));
        }
    }

    private ChainedOptionsBuilder options(String benchmark) {
        TimeValue iteration = TimeValue.milliseconds(plan.iteration().toMillis());
        return new OptionsBuilder()
                .include(ComparedBenchmark.class.getName() + "." + benchmark + "$")
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .forks(plan.processes())
                .warmupIterations(6)
                .warmupTime(iteration)
                .measurementIterations(plan.iterations())
                .measurementTime(iteration)
                .jvmArgsAppend(javaOptions().toArray(String[]::new));
    }

    private List<String> javaOptions() {
        List<String> options = new ArrayList<>(List.of(
                "-Xmx1g", "-Dorg.sipoauth.verifier.tables=true", "-D" + ComparedBenchmark.FOLDER + "=" + folder));
        if (Runtime.version().feature() >= 24) { // which else warns of each, into the tables
            options.add("--sun-misc-unsafe-memory-access=allow"); // JMH's
            options.add("--enable-native-access=ALL-UNNAMED"); // Corretto's
        }
        return options;
    }

    private void measureTokens(Algorithm algorithm) throws RunnerException {
        take(new Runner(options("token")
                        .param("algorithm", algorithm.name())
                        .param("provider", names(Provider.values()))
                        .param(
                                "library",
                                names(plan.libraries().stream()
                                        .filter(library ->
                                                library != Library.SIP_OAUTH_KNOWING && library.knows(algorithm))
                                        .toArray(Library[]::new)))
                        .param("tokens", String.valueOf(Plan.DISTINCT))
                        .build())
                .run());
    }

    private void measureSignatures(Algorithm algorithm) throws RunnerException {
        Collection<RunResult> results = new Runner(options("signature")
                        .param("algorithm", algorithm.name())
                        .param("provider", names(Provider.values()))
                        .build())
                .run();
        for (RunResult result : results) {
            Provider provider = Provider.valueOf(result.getParams().getParam("provider"));
            figures.put(new Figures.Signature(algorithm, provider), figure(result));
        }
    }

    /** Known tokens, few and many, and how both kinds of work go with two threads, beside what two can do at all. */
    private void measureKnown() throws RunnerException {
        if (plan.algorithms().contains(Algorithm.RS256)) {
            measure(Library.SIP_OAUTH_KNOWING, Algorithm.RS256, 1, "256", String.valueOf(plan.tokens()));
            measure(Library.SIP_OAUTH_KNOWING, Algorithm.RS256, 2, "256");
        }
        if (plan.algorithms().contains(Algorithm.ES256)) {
            measure(Library.SIP_OAUTH, Algorithm.ES256, 2, String.valueOf(Plan.DISTINCT));
        }
        for (int threads = 1; threads <= 2; threads++) {
            RunResult result = new Runner(options("arithmetic").threads(threads).build()).runSingle();
            figures.put(new Figures.Arithmetic(threads), figure(result));
        }
    }

    private void measure(Library library, Algorithm algorithm, int threads, String... tokens) throws RunnerException {
        take(new Runner(options("token")
                        .threads(threads)
                        .param("algorithm", algorithm.name())
                        .param("provider", Provider.DEFAULT.name())
                        .param("library", library.name())
                        .param("tokens", tokens)
                        .build())
                .run());
    }

    private void take(Collection<RunResult> results) {
        for (RunResult result : results) {
            BenchmarkParams params = result.getParams();
            figures.put(
                    new Figures.Token(
                            Library.valueOf(params.getParam("library")),
                            Algorithm.valueOf(params.getParam("algorithm")),
                            Provider.valueOf(params.getParam("provider")),
                            Integer.parseInt(params.getParam("tokens")),
                            params.getThreads()),
                    figure(result));
        }
    }

    private void measureFailovers() throws RunnerException {
        for (Algorithm algorithm : plan.algorithms()) {
            if (algorithm == Algorithm.EdDSA) {
                continue; // java-jwt does not know it
            }
            Collection<RunResult> results = new Runner(options("failover")
                            .warmupIterations(0)
                            .measurementIterations(1)
                            .param("algorithm", algorithm.name())
                            .param("library", names(Plan.FAILOVER.toArray(Library[]::new)))
                            .param("tokens", String.valueOf(plan.tokens()))
                            .build())
                    .run();
            for (RunResult result : results) {
                figures.put(
                        new Figures.Failover(Library.valueOf(result.getParams().getParam("library")), algorithm),
                        result.getPrimaryResult().getScore());
            }
        }
    }

    private static String[] names(Enum<?>... values) {
        return Arrays.stream(values).map(Enum::name).toArray(String[]::new);
    }

    /** The median of the iterations, so that the machine may have been busy during one. */
    private static Figures.Figure figure(RunResult result) {
        double micros = median(result.getAggregatedResult().getIterationResults().stream()
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore()));
        return new Figures.Figure(
                micros, result.getSecondaryResults().get("gc.alloc.rate.norm").getScore());
    }

    private static double median(DoubleStream numbers) {
        double[] sorted = numbers.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** Processes of the default provider, whose class path is the verifier's jar and one class. */
    private void measureStarts() throws IOException, InterruptedException {
        Algorithm algorithm = Algorithm.ES256; // the server's default
        Path classes = folder.resolve("classes");
        String name = FirstVerdict.class.getName();
        Path target = classes.resolve(name.replace('.', '/') + ".class");
        Files.createDirectories(target.getParent());
        try (InputStream source = FirstVerdict.class.getResourceAsStream("FirstVerdict.class")) {
            Files.copy(Objects.requireNonNull(source), target);
        }
        List<String> empty = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.sipoauth.verifier.tables=true",
                "-cp",
                verifierJar() + File.pathSeparator + classes,
                name);
        List<String> verifying = new ArrayList<>(empty);
        verifying.addAll(List.of(
                folder.resolve(algorithm + ".jwks").toString(),
                folder.resolve(algorithm + ".token").toString(),
                Issuer.ISSUER,
                Issuer.AUDIENCE));
        List<Double> toVerdict = new ArrayList<>();
        List<Double> whole = new ArrayList<>();
        List<Double> nothing = new ArrayList<>();
        for (int i = 0; i <= plan.starts(); i++) {
            Ended ended = start(verifying);
            Ended idle = start(empty);
            if (i > 0) { // the first is for the disk
                toVerdict.add(Double.parseDouble(ended.output().strip()) / 1000);
                whole.add(ended.millis());
                nothing.add(idle.millis());
            }
        }
        figures.put(Figures.Start.MAIN_TO_VERDICT, median(toVerdict));
        figures.put(Figures.Start.PROCESS, median(whole));
        figures.put(Figures.Start.EMPTY_PROCESS, median(nothing));
    }

    private static double median(List<Double> numbers) {
        return median(numbers.stream().mapToDouble(Double::doubleValue));
    }

    private static Path verifierJar() throws IOException {
        Path target = Workplace.built("token-verifier-lib/target");
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "token-verifier-lib-*.jar")) {
            return jars.iterator().next();
        } catch (NoSuchElementException none) {
            throw new IOException("needs the verifier's jar: run this after mvn package", none);
        }
    }

    private record Ended(double millis, String output) {}

    private static Ended start(List<String> command) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("failed; it said:\n" + output);
        }
        return new Ended((System.nanoTime() - start) / 1e6, output);
    }
}
