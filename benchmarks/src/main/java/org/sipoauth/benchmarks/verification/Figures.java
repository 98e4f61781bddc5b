package org.sipoauth.benchmarks.verification;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What was measured, and the tables that say so. Nothing that was not measured is said: a dash stands there. */
final class Figures {
    private static final int KNOWN_FEW = 256;

    private final Map<Token, Figure> tokens = new HashMap<>();
    private final Map<Signature, Figure> signatures = new HashMap<>();
    private final Map<Arithmetic, Figure> arithmetic = new HashMap<>();
    private final Map<Failover, Double> failovers = new HashMap<>();
    private final Map<Start, Double> starts = new EnumMap<>(Start.class);

    /** @param bytes allocated */
    record Figure(double micros, double bytes) {}

    record Token(Library library, Algorithm algorithm, Provider provider, int tokens, int threads) {}

    record Signature(Algorithm algorithm, Provider provider) {}

    record Arithmetic(int threads) {}

    record Failover(Library library, Algorithm algorithm) {}

    /** Milliseconds. */
    enum Start {
        MAIN_TO_VERDICT,
        PROCESS,
        EMPTY_PROCESS
    }

    void put(Token token, Figure figure) {
        tokens.put(token, figure);
    }

    void put(Signature signature, Figure figure) {
        signatures.put(signature, figure);
    }

    void put(Arithmetic sum, Figure figure) {
        arithmetic.put(sum, figure);
    }

    void put(Failover failover, double seconds) {
        failovers.put(failover, seconds);
    }

    void put(Start start, double millis) {
        starts.put(start, millis);
    }

    private OptionalDouble micros(Library library, Algorithm algorithm, Provider provider) {
        return micros(new Token(library, algorithm, provider, Plan.DISTINCT, 1));
    }

    private OptionalDouble micros(Token token) {
        return micros(tokens.get(token));
    }

    private static OptionalDouble micros(@Nullable Figure figure) {
        return figure == null ? OptionalDouble.empty() : OptionalDouble.of(figure.micros());
    }

    private OptionalDouble bytes(Token token) {
        Figure figure = tokens.get(token);
        return figure == null ? OptionalDouble.empty() : OptionalDouble.of(figure.bytes());
    }

    private OptionalDouble fastestPeer(Algorithm algorithm, Provider provider) {
        return Arrays.stream(Library.values())
                .filter(Library::isPeer)
                .map(peer -> micros(peer, algorithm, provider))
                .flatMapToDouble(OptionalDouble::stream)
                .min();
    }

    private static OptionalDouble ratio(OptionalDouble a, OptionalDouble b) {
        return a.isPresent() && b.isPresent()
                ? OptionalDouble.of(a.getAsDouble() / b.getAsDouble())
                : OptionalDouble.empty();
    }

    private static String number(String format, OptionalDouble number) {
        return number.isPresent() ? String.format(Locale.ROOT, format, number.getAsDouble()) : "–";
    }

    void print(PrintStream out, int java, int known) {
        printTimes(out);
        printMust(out, java, known);
        printFailovers(out, known);
    }

    private void printTimes(PrintStream out) {
        StringBuilder head = new StringBuilder("| µs a token (bytes allocated) |");
        StringBuilder rule = new StringBuilder("| --- |");
        for (Algorithm algorithm : Algorithm.values()) {
            for (Provider provider : Provider.values()) {
                head.append(' ')
                        .append(algorithm)
                        .append(", ")
                        .append(provider.title())
                        .append(" |");
                rule.append(" --- |");
            }
        }
        out.println(head);
        out.println(rule);
        for (Library library : Library.values()) {
            if (library != Library.SIP_OAUTH_KNOWING) {
                printRow(
                        out,
                        library.title(),
                        (algorithm, provider) -> tokens.get(new Token(library, algorithm, provider, Plan.DISTINCT, 1)));
            }
        }
        printRow(
                out,
                "the provider's signature check alone",
                (algorithm, provider) -> signatures.get(new Signature(algorithm, provider)));
        out.println();
    }

    private interface Cell {
        @Nullable
        Figure figure(Algorithm algorithm, Provider provider);
    }

    private static void printRow(PrintStream out, String title, Cell cell) {
        StringBuilder row = new StringBuilder("| ").append(title).append(" |");
        for (Algorithm algorithm : Algorithm.values()) {
            for (Provider provider : Provider.values()) {
                Figure figure = cell.figure(algorithm, provider);
                row.append(
                        figure == null
                                ? " – |"
                                : String.format(Locale.ROOT, " %.1f (%.0f) |", figure.micros(), figure.bytes()));
            }
        }
        out.println(row);
    }

    private void printMust(PrintStream out, int java, int known) {
        out.println("| | must be | was |");
        out.println("| --- | --- | --- |");
        for (Provider provider : Provider.values()) {
            OptionalDouble ours = micros(Library.SIP_OAUTH, Algorithm.RS256, provider);
            OptionalDouble floor = micros(Library.FLOOR, Algorithm.RS256, provider);
            must(
                    out,
                    "RS256, " + provider.title() + ": as part of the floor",
                    "1.05 at most",
                    "%.2f",
                    ratio(ours, floor));
            must(
                    out,
                    "RS256, " + provider.title() + ": times as fast as the fastest peer",
                    "1",
                    "%.2f",
                    ratio(fastestPeer(Algorithm.RS256, provider), ours));
        }
        OptionalDouble es256 = micros(Library.SIP_OAUTH, Algorithm.ES256, Provider.DEFAULT);
        must(
                out,
                "ES256: times as fast as the fastest peer without native code",
                java < 25 ? "16" : "8",
                "%.1f",
                ratio(fastestPeer(Algorithm.ES256, Provider.DEFAULT), es256));
        must(
                out,
                "ES256 without native code: times as fast as the fastest peer with Corretto",
                "more than 1",
                "%.2f",
                ratio(fastestPeer(Algorithm.ES256, Provider.CORRETTO), es256));
        OptionalDouble edDsa = micros(Library.SIP_OAUTH, Algorithm.EdDSA, Provider.DEFAULT);
        must(
                out,
                "EdDSA: times as fast as the fastest peer",
                "7",
                "%.1f",
                ratio(fastestPeer(Algorithm.EdDSA, Provider.DEFAULT), edDsa));
        for (Algorithm algorithm : Algorithm.values()) {
            Figure provider = signatures.get(new Signature(algorithm, Provider.DEFAULT));
            OptionalDouble ours = bytes(new Token(Library.SIP_OAUTH, algorithm, Provider.DEFAULT, Plan.DISTINCT, 1));
            boolean tables = algorithm != Algorithm.RS256; // then the provider has no part in it
            must(
                    out,
                    algorithm + (tables ? ": bytes allocated, all of them ours" : ": bytes beyond the provider's"),
                    "3,072 at most",
                    "%,.0f",
                    ours.isPresent() && provider != null
                            ? OptionalDouble.of(ours.getAsDouble() - (tables ? 0 : provider.bytes()))
                            : OptionalDouble.empty());
        }
        printKnown(out, KNOWN_FEW, "400");
        printKnown(out, known, "30");
        must(
                out,
                "two threads with known tokens: times as many as one",
                "1.9",
                "%.2f",
                scaling(Library.SIP_OAUTH_KNOWING, KNOWN_FEW, Algorithm.RS256));
        must(
                out,
                "two threads with fresh tokens, ES256: times as many as one",
                "1.9",
                "%.2f",
                scaling(Library.SIP_OAUTH, Plan.DISTINCT, Algorithm.ES256));
        must(out, "two threads that only calculate: times as many as one", "", "%.2f", scalingOfMachine());
        must(out, "ms from main to the first verdict of a new process", "150", "%.0f", start(Start.MAIN_TO_VERDICT));
        must(out, "ms of the whole process, the Java virtual machine's included", "", "%.0f", start(Start.PROCESS));
        must(out, "ms of a process that does nothing", "", "%.0f", start(Start.EMPTY_PROCESS));
        out.println();
    }

    /** Of RS256: there the peers are fastest, and the tokens longest. */
    private void printKnown(PrintStream out, int among, String must) {
        Token known = new Token(Library.SIP_OAUTH_KNOWING, Algorithm.RS256, Provider.DEFAULT, among, 1);
        OptionalDouble ours = micros(known);
        OptionalDouble nanos = ours.isPresent() ? OptionalDouble.of(ours.getAsDouble() * 1000) : ours;
        String what = String.format(Locale.ROOT, "known token among %,d: ", among);
        must(
                out,
                what + "times as fast as the fastest peer with RS256",
                must,
                "%.0f",
                ratio(fastestPeer(Algorithm.RS256, Provider.DEFAULT), ours));
        must(out, what + "ns", "", "%.0f", nanos);
        must(out, what + "bytes allocated", "0", "%.0f", bytes(known));
    }

    private OptionalDouble scaling(Library library, int among, Algorithm algorithm) {
        OptionalDouble one = micros(new Token(library, algorithm, Provider.DEFAULT, among, 1));
        OptionalDouble two = micros(new Token(library, algorithm, Provider.DEFAULT, among, 2));
        return timesAsMany(one, two);
    }

    private OptionalDouble scalingOfMachine() {
        return timesAsMany(micros(arithmetic.get(new Arithmetic(1))), micros(arithmetic.get(new Arithmetic(2))));
    }

    private static OptionalDouble timesAsMany(OptionalDouble one, OptionalDouble two) {
        OptionalDouble slower = ratio(one, two);
        return slower.isPresent() ? OptionalDouble.of(2 * slower.getAsDouble()) : slower;
    }

    private OptionalDouble start(Start start) {
        Double millis = starts.get(start);
        return millis == null ? OptionalDouble.empty() : OptionalDouble.of(millis);
    }

    private static void must(PrintStream out, String what, String must, String format, OptionalDouble was) {
        out.println("| " + what + " | " + must + " | " + number(format, was) + " |");
    }

    private void printFailovers(PrintStream out, int known) {
        out.printf(Locale.ROOT, "| s for %,d new tokens on two processors | RS256 | ES256 |%n", known);
        out.println("| --- | --- | --- |");
        for (Library library : Plan.FAILOVER) {
            StringBuilder row = new StringBuilder("| ").append(library.title()).append(" |");
            for (Algorithm algorithm : List.of(Algorithm.RS256, Algorithm.ES256)) {
                Double seconds = failovers.get(new Failover(library, algorithm));
                row.append(' ')
                        .append(number("%.2f", seconds == null ? OptionalDouble.empty() : OptionalDouble.of(seconds)))
                        .append(" |");
            }
            out.println(row);
        }
    }
}
