package org.sipoauth.benchmarks.guessing;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.Scenario;
import org.sipoauth.benchmarks.platform.Store;
import org.sipoauth.benchmarks.platform.Violations;

/**
 * Passwords of one account, one password at many names, user codes, activation codes and client secrets are guessed at full
 * rate, one after the other, while the account's owner, other users, phones and a service go on. Exits 0 if none of those was refused even once, and no
 * more guesses were looked at than the bounds allow.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.guessing.BruteForce --help}, in the repository,
 * after {@code mvn package}.
 */
public final class BruteForce {
    private static final String VICTIM = "alice";
    private static final String GUESSER_OF_CODES = "judy";

    /** The bounds that the security model states: so many at once, and then one in so many seconds. */
    private static final int OF_AN_ACCOUNT = 20;

    private static final int SECONDS_OF_AN_ACCOUNT = 60;
    private static final int OF_A_NEW_NETWORK = 3;
    private static final int OF_A_NETWORK = 50;
    private static final int SECONDS_OF_A_NETWORK = 10;
    private static final int USER_CODES_OF_AN_ACCOUNT = 10;
    private static final int SECONDS_OF_USER_CODES = 60;
    private static final int ACTIVATION_CODES_OF_A_PHONE_AT_A_NETWORK = 10;
    private static final int SECONDS_OF_ACTIVATION_CODES = 60;
    /** Of the activation codes that come too often one in so many is looked at. */
    private static final int LOT = 32;

    private static final String PHONE = "SEP00005E005301";
    private static final long SECONDS_OF_A_DAY = Duration.ofDays(1).toSeconds();

    private final Plan plan;
    private final Cluster cluster;
    private final Http http;
    private final Map<String, String> passwords;
    private final Violations<Violation> violations;
    private final SecureRandom random = new SecureRandom();

    /**
     * @param seconds that each attack lasts
     * @param workers that guess at once
     * @param networks from which the one account is attacked
     */
    record Plan(int seconds, int workers, int networks) {}

    /** What an attack came to. */
    record Figures(String what, Duration took, int tries, int lookedAt, List<Duration> signInsOfOthers) {
        private double perSecond(int count) {
            return count / (took.toMillis() / 1000.0);
        }

        private String line() {
            List<Duration> sorted = signInsOfOthers.stream().sorted().toList();
            return String.format(
                    Locale.ROOT,
                    "%-42s %6d tries, %7.1f a second, %5d of them looked at; meanwhile %d good ones, median %d ms, slowest %d ms",
                    what,
                    tries,
                    perSecond(tries),
                    lookedAt,
                    sorted.size(),
                    sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2).toMillis(),
                    sorted.isEmpty() ? 0 : sorted.get(sorted.size() - 1).toMillis());
        }
    }

    private BruteForce(Plan plan, Cluster cluster, Violations<Violation> violations) throws IOException {
        this.plan = plan;
        this.cluster = cluster;
        this.http = cluster.http();
        this.passwords = cluster.passwords();
        this.violations = violations;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options = new Options(
                        "BruteForce: who guesses at full rate gets few guesses, and shuts nobody else out")
                .option("--seconds", 60, "that each attack lasts")
                .option("--workers", 16, "that guess at once")
                .option("--networks", 50, "from which one account is attacked")
                .option("--nodes", 2, "servers, on one Redis")
                .parse(args);
        Plan plan = new Plan(options.get("--seconds"), options.get("--workers"), options.get("--networks"));
        Violations<Violation> violations = new Violations<>(Violation.class);
        Scenario scenario = cluster -> run(plan, cluster, violations, System.out);
        scenario.runAndExit(setup(options.get("--nodes")), violations);
    }

    /** As behind a proxy, which says from where each request comes. */
    static Cluster.Setup setup(int nodes) {
        return new Cluster.Setup(
                nodes,
                Cluster.Transport.PLAIN,
                Store::single,
                List.of("--server.forward-headers-strategy=native"),
                List.of("-XX:TieredStopAtLevel=4")); // passwords that are hashed slowly are not guessed often
    }

    static List<Figures> run(Plan plan, Cluster cluster, Violations<Violation> violations, PrintStream out)
            throws IOException, InterruptedException {
        out.println(plan + ", " + cluster.nodes().size() + " servers");
        BruteForce run = new BruteForce(plan, cluster, violations);
        List<Figures> figures = List.of(
                run.passwordsOfOneAccount(),
                run.onePasswordAtManyNames(),
                run.userCodes(),
                run.activationCodes(),
                run.clientSecrets());
        figures.forEach(each -> out.println(each.line()));
        out.println("guesses a day that the bounds allow: at one account "
                + (OF_AN_ACCOUNT + SECONDS_OF_A_DAY / SECONDS_OF_AN_ACCOUNT) + ", and " + 2 * OF_A_NEW_NETWORK
                + " for each network; from one network at any names "
                + (OF_A_NETWORK + SECONDS_OF_A_DAY / SECONDS_OF_A_NETWORK) + "; user codes of one account "
                + (USER_CODES_OF_AN_ACCOUNT + SECONDS_OF_A_DAY / SECONDS_OF_USER_CODES)
                + "; activation codes of one phone from one network "
                + (ACTIVATION_CODES_OF_A_PHONE_AT_A_NETWORK + SECONDS_OF_A_DAY / SECONDS_OF_ACTIVATION_CODES)
                + ", and one in " + LOT + " of those beyond");
        violations.report().forEach(out::println);
        return figures;
    }

    /** One guess of a worker, and what became of it. */
    private interface Guess {
        Browser.Answer make(int worker, int number) throws IOException, InterruptedException;
    }

    /** What somebody does who is no attacker. */
    private interface Errand {
        void run() throws IOException, InterruptedException;
    }

    private Figures passwordsOfOneAccount() throws IOException, InterruptedException {
        List<Browser> attackers = new ArrayList<>();
        for (int network = 0; network < Math.max(plan.networks(), plan.workers()); network++) {
            attackers.add(new Browser(
                    http, anyNode(), "10.1." + network / 250 + "." + (1 + network % plan.networks() % 250)));
        }
        Figures figures = attack("passwords of one account", bystanders(), (worker, number) -> {
            int ownOnes = (attackers.size() - worker + plan.workers() - 1) / plan.workers(); // nobody shares a browser
            return attackers.get(worker + number % ownOnes * plan.workers()).signIn(VICTIM, guess());
        });
        int bound = bound(OF_AN_ACCOUNT, SECONDS_OF_AN_ACCOUNT, figures.took()) + OF_A_NEW_NETWORK * plan.networks();
        return within(bound, figures);
    }

    private Figures onePasswordAtManyNames() throws IOException, InterruptedException {
        List<Browser> attackers = new ArrayList<>();
        for (int worker = 0; worker < plan.workers(); worker++) {
            attackers.add(new Browser(http, anyNode(), "10.2.0.1"));
        }
        Figures figures = attack(
                "one password at many names, one network",
                bystanders(),
                (worker, number) -> attackers.get(worker).signIn("user" + worker + "-" + number, "Password12345678"));
        return within(bound(OF_A_NETWORK, SECONDS_OF_A_NETWORK, figures.took()), figures);
    }

    private Figures userCodes() throws IOException, InterruptedException {
        List<Browser> attackers = new ArrayList<>();
        for (int worker = 0; worker < plan.workers(); worker++) {
            Browser browser = new Browser(
                    http, cluster.nodes().get(worker % cluster.nodes().size()), "10.3.0." + worker);
            if (browser.signIn(GUESSER_OF_CODES, password(GUESSER_OF_CODES)) != Browser.Answer.TAKEN) {
                violations.add(Violation.INCOMPLETE, "who guesses user codes could not sign in");
            }
            attackers.add(browser);
        }
        Figures figures = attack(
                "user codes by one account",
                bystanders(),
                (worker, number) -> attackers.get(worker).enterUserCode(userCode()));
        return within(bound(USER_CODES_OF_AN_ACCOUNT, SECONDS_OF_USER_CODES, figures.took()), figures);
    }

    /** Of one phone, from the network at which other phones are activated; its own code is entered elsewhere. */
    private Figures activationCodes() throws IOException, InterruptedException {
        Activations activations = new Activations(http, cluster);
        Figures figures = attack(
                "activation codes of one phone, one network",
                activators(activations),
                (worker, number) -> activations.enter(anyNode(), PHONE, activationCode(), "10.4.0.1"));
        int byLot = figures.tries() / LOT;
        int chance = 5 * (int) Math.sqrt(byLot + 1.0); // so many more once in millions of runs
        return within(
                bound(ACTIVATION_CODES_OF_A_PHONE_AT_A_NETWORK, SECONDS_OF_ACTIVATION_CODES, figures.took())
                        + byLot
                        + chance,
                figures);
    }

    /** Other phones at the attackers' network, and the attacked phone itself at another, each with a code of its own. */
    private List<Errand> activators(Activations activations) throws IOException, InterruptedException {
        List<Errand> errands = new ArrayList<>();
        for (String phone : List.of("SEP00005E005302", "SEP00005E005303", PHONE)) {
            String network = phone.equals(PHONE) ? "192.0.2.4" : "10.4.0.1";
            errands.add(() -> {
                Browser.Answer answer = activations.enter(anyNode(), phone, activations.create(phone), network);
                if (answer != Browser.Answer.TAKEN) {
                    violations.add(Violation.PHONE_KEPT_OUT, phone + ": " + answer);
                }
            });
        }
        return errands;
    }

    private Figures clientSecrets() throws IOException, InterruptedException {
        String service = cluster.service();
        String client = service.substring(0, service.indexOf(':'));
        List<Errand> others = List.of(() -> {
            if (token(service) != 200) {
                violations.add(Violation.SERVICE_KEPT_OUT, "refused with its own secret");
            }
        });
        return attack(
                "secrets of one client, all looked at",
                others,
                (worker, number) -> token(client + ":" + guess()) == 401 ? Browser.Answer.WRONG : Browser.Answer.TAKEN);
    }

    private int token(String credentials) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.post(
                anyNode().resolve("/oauth2/token"),
                Http.basic(credentials),
                Map.of("grant_type", "client_credentials", "scope", "sip.register"));
        return answer.statusCode();
    }

    /** The owner on the browser they always use, at the attackers' network even; others on theirs and on new ones. */
    private List<Errand> bystanders() throws IOException, InterruptedException {
        List<Errand> errands = new ArrayList<>();
        Browser owners = new Browser(http, anyNode(), "192.0.2.1");
        signIn(owners, VICTIM, Violation.INCOMPLETE);
        errands.add(() -> signIn(owners, VICTIM, Violation.OWNER_KEPT_OUT));
        AtomicInteger number = new AtomicInteger();
        errands.add(() -> signIn(
                new Browser(
                        http, anyNode(), "10.200." + number.get() / 250 + "." + (1 + number.getAndIncrement() % 250)),
                VICTIM,
                Violation.OWNER_KEPT_OUT));
        for (String user : List.of("bob", "carol", "dave")) {
            Browser known = new Browser(http, anyNode(), "10.1.0.1");
            signIn(known, user, Violation.INCOMPLETE);
            errands.add(() -> signIn(known, user, Violation.OTHERS_KEPT_OUT));
        }
        errands.add(() -> signIn(new Browser(http, anyNode(), "192.0.2.2"), "erin", Violation.OTHERS_KEPT_OUT));
        return errands;
    }

    private void signIn(Browser browser, String user, Violation ifRefused) throws IOException, InterruptedException {
        browser.endSession();
        Browser.Answer answer = browser.signIn(user, password(user));
        if (answer != Browser.Answer.TAKEN) {
            violations.add(ifRefused, user + ": " + answer);
        }
    }

    private Figures attack(String what, List<Errand> others, Guess guess) throws InterruptedException {
        AtomicInteger tries = new AtomicInteger();
        AtomicInteger lookedAt = new AtomicInteger();
        ConcurrentLinkedQueue<Duration> goodOnes = new ConcurrentLinkedQueue<>();
        long start = System.nanoTime();
        long end = start + Duration.ofSeconds(plan.seconds()).toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < plan.workers(); i++) {
            int worker = i;
            threads.add(new Thread(() -> {
                for (int number = 0; System.nanoTime() < end; number++) {
                    try {
                        Browser.Answer answer = guess.make(worker, number);
                        tries.incrementAndGet();
                        if (answer != Browser.Answer.SLOWED_DOWN) {
                            lookedAt.incrementAndGet();
                        }
                        if (answer == Browser.Answer.TAKEN) {
                            violations.add(Violation.GUESSED, what);
                        }
                    } catch (IOException failure) {
                        violations.add(Violation.INCOMPLETE, what + ": " + failure);
                    } catch (InterruptedException ended) {
                        return;
                    }
                }
            }));
        }
        threads.add(new Thread(() -> {
            try {
                for (int number = 0; System.nanoTime() < end; number++) {
                    long before = System.nanoTime();
                    others.get(number % others.size()).run();
                    goodOnes.add(Duration.ofNanos(System.nanoTime() - before));
                }
            } catch (IOException failure) {
                violations.add(Violation.INCOMPLETE, "who is no attacker: " + failure);
            } catch (InterruptedException ended) {
                // as they all are
            }
        }));
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        if (tries.get() == 0 || goodOnes.isEmpty()) {
            violations.add(Violation.INCOMPLETE, what + ": nobody guessed, or nobody else came");
        }
        return new Figures(
                what, Duration.ofNanos(System.nanoTime() - start), tries.get(), lookedAt.get(), List.copyOf(goodOnes));
    }

    private Figures within(int bound, Figures figures) {
        if (figures.lookedAt() > bound) {
            violations.add(
                    Violation.TOO_MANY_GUESSES, figures.what() + ": " + figures.lookedAt() + " of at most " + bound);
        }
        return figures;
    }

    private static int bound(int atOnce, int secondsForOneMore, Duration took) {
        return atOnce + (int) (took.toSeconds() / secondsForOneMore) + 1;
    }

    private String password(String user) {
        return passwords.getOrDefault(user, "");
    }

    private String guess() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private String userCode() {
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            code.append("BCDFGHJKLMNPQRSTVWXZ".charAt(random.nextInt(20)));
        }
        return code.toString();
    }

    private String activationCode() {
        return String.format(Locale.ROOT, "%016d", random.nextLong(10_000_000_000_000_000L));
    }

    private URI anyNode() {
        return cluster.anyNode();
    }
}
