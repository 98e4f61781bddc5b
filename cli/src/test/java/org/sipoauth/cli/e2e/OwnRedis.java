package org.sipoauth.cli.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Redis of the operator's own, on loopback, with the durability of {@code deploy/redis/redis.conf}, unless appendOnly is no. */
final class OwnRedis {
    private OwnRedis() {}

    /**
     * Starts it, and returns when it takes connections.
     *
     * @param name of the folder, below the given one, in which it keeps its data
     * @param appendOnly {@code yes} or {@code no}
     */
    static ChildProcess start(Path folder, String name, int port, String password, String appendOnly)
            throws IOException {
        Path data = Files.createDirectories(folder.resolve(name));
        // Debian's redis-tools has the server as well: it is redis-check-rdb by another name
        Path server = folder.resolve("redis-server");
        if (!Files.exists(server)) {
            Files.createSymbolicLink(server, Path.of(Peer.REDIS_CLI.path()).resolveSibling("redis-check-rdb"));
        }
        Path configuration =
                Files.writeString(data.resolveSibling(name + ".conf"), """
                port %d
                bind 127.0.0.1
                dir %s
                requirepass %s
                save ""
                appendonly %s
                appendfsync always
                maxmemory-policy noeviction
                """.formatted(port, data, password, appendOnly));
        ChildProcess redis = ChildProcess.start(name, folder, List.of(server.toString(), configuration.toString()));
        redis.awaitLine("Ready to accept connections");
        return redis;
    }
}
