package org.sipoauth.benchmarks.grants;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoublePredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sipoauth.benchmarks.platform.Workplace;

/**
 * Grants per second of processor time, start-up and memory: this server, the same with the Corretto provider, and
 * Keycloak, by turns. {@code benchmarks/keycloak.sh} fetches what it needs and runs it.
 */
public final class GrantComparison {
    private static final int CONNECTIONS = 16;
    private static final int LOGINS = 256;

    /** From ready to idle: until then what has begun is compiled, and the memory that this takes is given back. */
    private static final Duration SETTLED = Duration.ofSeconds(15);

    private static final Wanted MORE_REFRESHES = new Wanted("3 or more", ratio -> ratio >= 3);
    private static final Wanted MORE_CLIENT_CREDENTIALS = new Wanted("2 or more", ratio -> ratio >= 2);
    private static final Wanted HALF = new Wanted("0.5 or less", ratio -> ratio <= 0.5);
    private static final Wanted WHATEVER = new Wanted("", ratio -> true);

    private GrantComparison() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Map<String, String> options = new LinkedHashMap<>(Map.of(
                "--rounds", "5",
                "--seconds", "8",
                "--warm-up", "60",
                "--starts", "5",
                "--java-options", "",
                "--aot-cache", "no",
                "--corretto", "",
                "--keycloak", ""));
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 == args.length || !options.containsKey(args[i])) {
                System.err.println("usage: GrantComparison " + String.join(" X ", options.keySet()) + " X");
                System.exit(2);
            }
            options.put(args[i], args[i + 1]);
        }
        boolean clean = run(
                new Plan(
                        LOGINS,
                        Integer.parseInt(options.get("--rounds")),
                        Duration.ofSeconds(Long.parseLong(options.get("--seconds"))),
                        Duration.ofSeconds(Long.parseLong(options.get("--warm-up"))),
                        Integer.parseInt(options.get("--starts")),
                        Stream.of(options.get("--java-options").split(" "))
                                .filter(option -> !option.isEmpty())
                                .toList(),
                        options.get("--aot-cache").equals("yes"),
                        path(options.get("--corretto")),
                        path(options.get("--keycloak"))),
                System.out);
        System.exit(clean ? 0 : 1);
    }

    private static @Nullable Path path(String text) {
        return text.isEmpty() ? null : Path.of(text).toAbsolutePath();
    }

    /**
     * @param logins on each server, which take turns
     * @param length of a measurement
     * @param warmUp processor time that each server takes before it is measured
     * @param starts how often each server is started with the data it has; 0: start-up and memory are not measured
     * @param javaOptions for our own server
     * @param aotCache whether our own server starts from an ahead-of-time cache, made before the first start
     * @param corretto the provider's jar; null: nothing runs with it
     * @param keycloak its distribution, unpacked; null: ours alone
     */
    record Plan(
            int logins,
            int rounds,
            Duration length,
            Duration warmUp,
            int starts,
            List<String> javaOptions,
            boolean aotCache,
            @Nullable Path corretto,
            @Nullable Path keycloak) {}

    /** Of a ratio to Keycloak. */
    private record Wanted(String words, DoublePredicate holds) {}

    /** All figures of one server, one entry a round or a start. */
    private static final class Figures {
        final List<Double> refreshes = new ArrayList<>();
        final List<Double> clientCredentials = new ArrayList<>();
        final List<Double> startSeconds = new ArrayList<>();
        final List<Double> startProcessorSeconds = new ArrayList<>();
        final List<Double> idleMegabytes = new ArrayList<>();
        final List<Double> loadedMegabytes = new ArrayList<>();
    }

    /** @return false if a request failed, or a ratio to Keycloak is not what is wanted */
    static boolean run(Plan plan, PrintStream out) throws IOException, InterruptedException {
        List<Server> servers = new ArrayList<>();
        Map<Server, Figures> figures = new LinkedHashMap<>();
        boolean clean = true;
        try (Workplace workplace = Workplace.open("grants")) {
            try {
                addServers(plan, workplace, servers);
                Map<Server, String[]> phones = new LinkedHashMap<>();
                for (Server server : servers) {
                    figures.put(server, new Figures());
                    server.start();
                    phones.put(server, server.refreshTokens(plan.logins()).toArray(String[]::new));
                    clean &= warmUp(server, phones.get(server), plan, out);
                }
                for (int round = 1; round <= plan.rounds(); round++) {
                    for (Server server : servers) {
                        clean &= measure(
                                server, phones.get(server), plan.length(), figures.get(server), out, "round " + round);
                    }
                }
                for (Server server : servers) {
                    figures.get(server).loadedMegabytes.add(megabytes(server));
                    server.stop();
                }
                for (int start = 0; start < plan.starts(); start++) {
                    for (Server server : servers) {
                        measureStart(server, figures.get(server));
                    }
                }
                return report(figures, plan, out) && clean;
            } finally {
                for (Server server : servers) {
                    server.close();
                }
            }
        }
    }

    private static void addServers(Plan plan, Workplace workplace, List<Server> servers)
            throws IOException, InterruptedException {
        AotCache cache = plan.aotCache() ? AotCache.make(workplace, plan.javaOptions()) : null;
        servers.add(new SipOauthServer("sip-oauth", workplace, plan.javaOptions(), cache, List.of(), List.of()));
        if (plan.corretto() != null) {
            servers.add(new SipOauthServer(
                    "sip-oauth+Corretto", workplace, plan.javaOptions(), cache, List.of(plan.corretto()), List.of()));
        }
        if (plan.keycloak() != null) {
            servers.add(new KeycloakServer(workplace, plan.keycloak()));
        }
    }

    /** By processor time: on a busy machine a server needs longer to compile what it runs. */
    private static boolean warmUp(Server server, String[] phones, Plan plan, PrintStream out)
            throws IOException, InterruptedException {
        Duration end = server.process().processorTime().plus(plan.warmUp());
        boolean clean = true;
        while (server.process().processorTime().compareTo(end) < 0) {
            clean &= measure(server, phones, plan.length(), new Figures(), out, "warm-up");
        }
        return clean;
    }

    private static boolean measure(
            Server server, String[] phones, Duration length, Figures figures, PrintStream out, String what)
            throws IOException, InterruptedException {
        GrantLoad load = new GrantLoad(server.endpoint(), CONNECTIONS);
        Duration before = server.process().processorTime();
        GrantLoad.Result refreshes = load.refresh(phones, length);
        Duration between = server.process().processorTime();
        GrantLoad.Result credentials = load.clientCredentials(length.dividedBy(2));
        Duration after = server.process().processorTime();

        double refreshesPerSecond = refreshes.grants() / seconds(between.minus(before));
        double credentialsPerSecond = credentials.grants() / seconds(after.minus(between));
        figures.refreshes.add(refreshesPerSecond);
        figures.clientCredentials.add(credentialsPerSecond);
        out.printf(
                Locale.ROOT,
                "%s, %s: refreshes %.0f per processor second (%.0f/s, p50 %.1f ms, p99 %.1f ms), client credentials"
                        + " %.0f (%.0f/s)%n",
                server.name(),
                what,
                refreshesPerSecond,
                refreshes.grants() / seconds(refreshes.elapsed()),
                seconds(refreshes.percentile(50)) * 1000,
                seconds(refreshes.percentile(99)) * 1000,
                credentialsPerSecond,
                credentials.grants() / seconds(credentials.elapsed()));
        for (GrantLoad.Result result : List.of(refreshes, credentials)) {
            if (result.failures() > 0) {
                out.println(server.name() + ": " + result.failures() + " failed: " + result.firstFailure());
            }
        }
        return refreshes.failures() + credentials.failures() == 0;
    }

    private static void measureStart(Server server, Figures figures) throws IOException, InterruptedException {
        figures.startSeconds.add(seconds(server.start()));
        figures.startProcessorSeconds.add(seconds(server.process().processorTime()));
        Thread.sleep(SETTLED.toMillis());
        figures.idleMegabytes.add(megabytes(server));
        server.stop();
    }

    private static boolean report(Map<Server, Figures> figures, Plan plan, PrintStream out) {
        boolean peer = plan.keycloak() != null;
        Wanted half = peer && plan.starts() > 0 ? HALF : WHATEVER;
        List<Server> servers = List.copyOf(figures.keySet());
        out.println();
        out.println("| median | " + servers.stream().map(Server::name).collect(Collectors.joining(" | "))
                + " | ratio | wanted |");
        out.println("| --- |" + " --- |".repeat(servers.size() + 2));
        boolean good = row(
                "refreshes per processor second",
                "%.0f",
                f -> median(f.refreshes),
                peer ? MORE_REFRESHES : WHATEVER,
                figures,
                out);
        good &= row(
                "client credentials per processor second",
                "%.0f",
                f -> median(f.clientCredentials),
                peer ? MORE_CLIENT_CREDENTIALS : WHATEVER,
                figures,
                out);
        good &= row("start to first answer, s", "%.2f", f -> median(f.startSeconds), half, figures, out);
        row("processor time of a start, s", "%.2f", f -> median(f.startProcessorSeconds), WHATEVER, figures, out);
        good &= row("resident memory, idle, MB", "%.0f", f -> median(f.idleMegabytes), half, figures, out);
        row("resident memory after the load, MB", "%.0f", f -> median(f.loadedMegabytes), WHATEVER, figures, out);
        return good;
    }

    /**
     * The ratio is that of each to the last.
     *
     * @return whether all of them are what is wanted
     */
    private static boolean row(
            String what,
            String format,
            ToDoubleFunction<Figures> figure,
            Wanted wanted,
            Map<Server, Figures> figures,
            PrintStream out) {
        double[] values = figures.values().stream().mapToDouble(figure).toArray();
        String cells = Arrays.stream(values)
                .mapToObj(value -> String.format(Locale.ROOT, format, value))
                .collect(Collectors.joining(" | "));
        double[] ratios = Arrays.stream(values)
                .limit(values.length - 1)
                .map(value -> value / values[values.length - 1])
                .toArray();
        boolean good = Arrays.stream(ratios).allMatch(wanted.holds());
        out.println("| " + what + " | " + cells + " | "
                + Arrays.stream(ratios)
                        .mapToObj(ratio -> String.format(Locale.ROOT, "%.2f", ratio))
                        .collect(Collectors.joining(", "))
                + " | " + wanted.words() + (good ? "" : ": missed") + " |");
        return good;
    }

    private static double median(List<Double> values) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static double megabytes(Server server) throws IOException {
        return server.process().residentBytes() / 1e6;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
