package org.sipoauth.benchmarks.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a cluster comes to its Redis. */
public interface Store {

    /**
     * Starts it, and returns when it is ready.
     *
     * @return the options by which a server finds it
     */
    List<String> start(Workplace workplace) throws IOException, InterruptedException;

    /** One Redis that keeps an append-only file. */
    static List<String> single(Workplace workplace) throws IOException, InterruptedException {
        int port = workplace.freePort();
        startRedis(workplace, "redis", "redis", port, List.of()).awaitReady();
        return List.of("--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + port);
    }

    /**
     * A redis-server with the options that every one of ours has.
     *
     * @param data the folder in which it finds and leaves its data
     * @param log its name
     */
    static ChildProcess startRedis(Workplace workplace, String data, String log, int port, List<String> options)
            throws IOException {
        Path folder = Files.createDirectories(workplace.folder().resolve(data));
        List<String> command = new ArrayList<>(List.of(
                workplace.redisServer().toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--dir",
                folder.toString(),
                "--appendonly",
                "yes",
                "--save",
                "",
                "--maxmemory-policy",
                "noeviction",
                "--hash-max-ziplist-entries",
                "4096",
                "--hash-max-ziplist-value",
                "256"));
        command.addAll(options);
        return workplace.start(log, "Ready to accept connections", command);
    }
}
