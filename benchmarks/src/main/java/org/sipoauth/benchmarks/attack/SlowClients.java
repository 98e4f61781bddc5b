package org.sipoauth.benchmarks.attack;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.sipoauth.benchmarks.platform.ChildProcess;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.ProcessUsage;
import org.sipoauth.benchmarks.platform.Scenario;
import org.sipoauth.benchmarks.platform.Store;
import org.sipoauth.benchmarks.platform.Violations;

/**
 * Slow clients, each {@link Slowness} after the other, take all connections that an authorization server with a small heap lets them
 * have: it does not run out of memory, says meanwhile how it is, and grants tokens as soon as they are gone. Exits 0 if so. That others
 * get tokens meanwhile is counted, not demanded.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.attack.SlowClients --help}, in the repository,
 * after {@code mvn package}.
 */
public final class SlowClients {
    private static final Duration RECOVERY = Duration.ofSeconds(15);
    private static final int PATIENCE_MILLIS = 3_000;
    private static final long LOOK_MILLIS = 200;
    private static final int SPARE_FILES = 500;
    private static final double MEGABYTE = 1e6;
    private static final String GRANTED = "HTTP/1.1 200";

    private final Plan plan;
    private final Cluster cluster;
    private final Violations<Harm> violations;
    private final int port;
    private final SSLContext tls;
    private final byte[] grant;
    private final Http http = Http.plain();

    /**
     * @param connections that are tried at once
     * @param seconds that they are held, each kind, once the last has come
     */
    record Plan(int connections, int seconds) {}

    /** What a run must not show even once. */
    enum Harm {
        UNWATCHED("kinds during which the port for management did not say that the server is ready"),
        ENDED("kinds that ended the server"),
        OUT_OF_MEMORY("kinds during which its log tells of an OutOfMemoryError"),
        NOT_WELL("kinds after which it granted nothing within " + RECOVERY.toSeconds() + " s"),
        INCOMPLETE("kinds of which no connection came up");

        private final String plural;

        Harm(String plural) {
            this.plural = plural;
        }

        @Override
        public String toString() {
            return plural;
        }
    }

    private SlowClients(Plan plan, Cluster cluster, Violations<Harm> violations) throws IOException {
        this.plan = plan;
        this.cluster = cluster;
        this.violations = violations;
        this.port = cluster.issuer().getPort();
        this.tls = cluster.tls();
        String form = Http.form(Map.of("grant_type", "client_credentials"));
        String credentials = Http.basic(cluster.service()).get("Authorization");
        this.grant = ("POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: "
                        + credentials
                        + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + form.length()
                        + "\r\n\r\n" + form)
                .getBytes(StandardCharsets.US_ASCII);
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options = new Options("SlowClients: they take a server's connections, but not its heap")
                .option("--connections", 3_000, "at once")
                .option("--seconds", 20, "that they are held, each kind")
                .option("--heap", 256, "megabytes that the server may have")
                .parse(args);
        Plan plan = new Plan(options.get("--connections"), options.get("--seconds"));
        if (openFiles() < plan.connections() + SPARE_FILES) {
            System.err.printf(
                    "%d connections are more than the %d open files that this may have (ulimit -n), less %d%n",
                    plan.connections(), openFiles(), SPARE_FILES);
            System.exit(2);
        }
        Violations<Harm> violations = new Violations<>(Harm.class);
        Scenario scenario = cluster -> run(plan, cluster, violations, System.out);
        scenario.runAndExit(setup(options.get("--heap")), violations);
    }

    private static long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    static Cluster.Setup setup(int heapMegabytes) {
        return new Cluster.Setup(
                1, Cluster.Transport.TLS, Store::single, List.of(), List.of("-Xmx" + heapMegabytes + "m"));
    }

    static void run(Plan plan, Cluster cluster, Violations<Harm> violations, PrintStream out)
            throws IOException, InterruptedException {
        out.println(plan);
        SlowClients run = new SlowClients(plan, cluster, violations);
        out.println("| clients | connections at once, in all | of these answered, ended by the server"
                + " | grants meanwhile | server: MB before, at most | KB of its heap a connection"
                + " | s until a grant afterwards |");
        out.println("| --- | --- | --- | --- | --- | --- | --- |");
        boolean well = true;
        for (Slowness kind : Slowness.values()) {
            if (!well) { // so that each kind is judged by itself
                cluster.kill(0);
                cluster.restart(0);
            }
            well = run.withstands(kind, out);
        }
        violations.report().forEach(out::println);
    }

    /** A row of the table, and whether the server is well. */
    private boolean withstands(Slowness kind, PrintStream out) throws IOException, InterruptedException {
        ChildProcess server = cluster.process(0);
        long errorsBefore = outOfMemoryErrors(server);
        long before = ProcessUsage.residentBytes(server.handle());
        long heapBefore = heapInUse(server);
        ExecutorService others = Executors.newSingleThreadExecutor();
        SlowConnections clients = new SlowConnections(kind, plan.connections(), port, tls);
        Watched watched;
        long heap;
        String granted;
        try (clients) {
            Instant end = Instant.now()
                    .plus(SlowConnections.arrival(plan.connections()))
                    .plusSeconds(plan.seconds());
            Future<String> grants = others.submit(() -> grants(end));
            watched = watch(server, end);
            granted = grants.get();
            heap = (heapInUse(server) - heapBefore) / Math.max(1, clients.held());
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } finally {
            others.shutdownNow();
        }
        Instant gone = Instant.now();
        boolean well = isWellAgain(gone);
        String recovery = well ? String.format(Locale.ROOT, "%.1f", millisSince(gone) / 1000.0) : "–";
        out.printf(
                Locale.ROOT,
                "| %s | %d, %d | %d, %d | %s | %.0f, %.0f | %d | %s |%n",
                kind,
                clients.mostHeld(),
                clients.taken(),
                clients.answered(),
                clients.ended(),
                granted,
                before / MEGABYTE,
                Math.max(before, watched.mostBytes()) / MEGABYTE,
                heap >> 10,
                recovery);
        boolean runs = server.handle().isAlive();
        long errors = outOfMemoryErrors(server) - errorsBefore;
        return none(Harm.INCOMPLETE, clients.taken() == 0, kind, "none was taken")
                & none(Harm.UNWATCHED, watched.trouble() != null, kind, "" + watched.trouble())
                & none(Harm.ENDED, !runs, kind, "it is gone")
                & none(Harm.OUT_OF_MEMORY, errors > 0, kind, errors + " lines")
                & none(Harm.NOT_WELL, !well, kind, "within " + RECOVERY);
    }

    /** Bytes, after a collection; none if it does not answer. */
    private long heapInUse(ChildProcess server) throws InterruptedException {
        try {
            String jcmd =
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            new ProcessBuilder(jcmd, Long.toString(server.handle().pid()), "GC.run")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            return http.get(cluster.readiness(0).resolve("../prometheus"), Map.of())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException silence) {
            return 0;
        }
    }

    private boolean none(Harm harm, boolean happened, Slowness kind, String detail) {
        if (happened) {
            violations.add(harm, kind + ": " + detail);
        }
        return !happened;
    }

    private static long outOfMemoryErrors(ChildProcess server) throws IOException {
        return server.output()
                .lines()
                .filter(line -> line.contains("OutOfMemoryError"))
                .count();
    }

    /** @param trouble the first time that it did not say that it is ready; null: there was none */
    private record Watched(long mostBytes, @Nullable String trouble) {}

    private Watched watch(ChildProcess server, Instant end) throws InterruptedException {
        long mostBytes = 0;
        String trouble = null;
        while (Instant.now().isBefore(end)) {
            try {
                mostBytes = Math.max(mostBytes, ProcessUsage.residentBytes(server.handle()));
                int status = http.get(cluster.readiness(0), Map.of()).statusCode();
                if (status != 200 && trouble == null) {
                    trouble = "status " + status;
                }
            } catch (IOException silence) {
                trouble = trouble == null ? silence.toString() : trouble;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return new Watched(mostBytes, trouble);
    }

    private String grants(Instant end) throws InterruptedException {
        int granted = 0;
        int tried = 0;
        while (Instant.now().isBefore(end)) {
            tried++;
            granted += isGranted() ? 1 : 0;
            Thread.sleep(LOOK_MILLIS);
        }
        return granted + " of " + tried;
    }

    private boolean isWellAgain(Instant since) throws InterruptedException {
        while (!isGranted()) {
            if (millisSince(since) > RECOVERY.toMillis()) {
                return false;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return true;
    }

    /** A service asks for a token over a connection of its own. */
    private boolean isGranted() {
        try (Socket socket = new Socket()) {
            SSLSocket secured = SlowConnections.connect(socket, port, PATIENCE_MILLIS, tls);
            secured.getOutputStream().write(grant);
            byte[] status = secured.getInputStream().readNBytes(GRANTED.length());
            return new String(status, StandardCharsets.US_ASCII).equals(GRANTED);
        } catch (IOException none) {
            return false;
        }
    }

    private static long millisSince(Instant instant) {
        return Duration.between(instant, Instant.now()).toMillis();
    }
}
