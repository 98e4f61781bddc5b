package org.sipoauth.benchmarks.grants;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.Store;
import org.sipoauth.benchmarks.platform.Workplace;

/**
 * Bytes of Redis' memory for each live login, all indexes and the status list included, beside what Spring's own sample
 * keeps. {@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.grants.BytesPerLogin}, in the repository,
 * after {@code mvn package}.
 */
public final class BytesPerLogin {
    private BytesPerLogin() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options = new Options("BytesPerLogin: what a live login takes in Redis, here and in Spring's sample.")
                .option("--logins", 100_000, "logins of each kind")
                .parse(args);
        Result result = run(options.get("--logins"), Math.min(100_000, options.get("--logins")), System.out);
        System.exit(result.ours() <= 500 ? 0 : 1);
    }

    record Result(long ours, long springSample) {}

    /** @param samples logins of Spring's sample: there, each takes what one takes */
    static Result run(int logins, int samples, PrintStream out) throws IOException, InterruptedException {
        try (Workplace workplace = Workplace.open("bytes-per-login")) {
            List<String> store = Store.single(workplace);
            try (SipOauthServer server =
                            new SipOauthServer("sip-oauth", workplace, List.of("-Xmx256m"), List.of(), store);
                    RedisPipe redis = new RedisPipe(port(store))) {
                server.start();
                server.refreshTokens(1);
                String real = Population.real(redis);
                Population population = new Population(redis);
                server.stop(); // whose audit and sessions would count
                long empty = used(redis);
                String copy = population.grow(logins);
                long full = used(redis);
                long ours = (full - empty) / logins;
                out.printf(
                        "a login's record, as the server made it: %s bytes, %s; a copy of it: %s, %s%n",
                        redis.ask("MEMORY", "USAGE", real).get(0),
                        redis.ask("OBJECT", "ENCODING", real).get(0),
                        redis.ask("MEMORY", "USAGE", copy).get(0),
                        redis.ask("OBJECT", "ENCODING", copy).get(0));

                redis.ask("FLUSHALL");
                empty = used(redis);
                SpringSampleRecord spring = new SpringSampleRecord(redis);
                for (int i = 0; i < samples; i++) {
                    spring.add(i);
                }
                redis.ask("PING");
                long sample = (used(redis) - empty) / samples;
                out.printf("| bytes a login, %,d logins | |%n| --- | --- |%n", logins);
                out.printf("| sip-oauth, with indexes by user and device and a status bit | %d |%n", ours);
                out.printf("| Spring's sample | %d |%n", sample);
                return new Result(ours, sample);
            }
        }
    }

    static int port(List<String> storeOptions) {
        return storeOptions.stream()
                .filter(option -> option.startsWith("--spring.data.redis.port="))
                .mapToInt(option -> Integer.parseInt(option.substring(option.indexOf('=') + 1)))
                .findFirst()
                .orElseThrow();
    }

    private static long used(RedisPipe redis) throws IOException, InterruptedException {
        redis.awaitRewritten();
        return redis.info("memory", "used_memory");
    }
}
