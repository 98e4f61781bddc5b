package org.sipoauth.authz.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.sipoauth.authz.LoopbackPorts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * Redis in several processes on the loopback interface: alone, behind a Sentinel, or as a cluster; configured as {@code
 * deploy/redis} has it, but for names, ports and what makes a test wait. Takes the redis-server
 * on the {@code PATH}, else the one that the application carries, which {@code -Dsipoauth.test.redis=carried} always takes.
 */
public final class RedisNodes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisNodes.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path DEPLOYED =
            Path.of(System.getProperty("basedir", "")).resolve("../deploy/redis");

    private final Path folder;
    private final Path executable;
    private final List<Node> nodes = new ArrayList<>();

    public RedisNodes() {
        try {
            folder = Files.createTempDirectory("redis-nodes");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean carried = "carried".equals(System.getProperty("sipoauth.test.redis"));
        RedisBinary binary = RedisBinary.locate(
                folder,
                carried ? "" : Optional.ofNullable(System.getenv("PATH")).orElse(""));
        executable = binary.executable();
        LOG.info("Redis {}.{}: {}", binary.major(), binary.minor(), executable);
    }

    /** Starts a server that keeps what it has in memory alone. */
    public Node start(String... options) {
        return startConfigured("redis.conf", options);
    }

    private Node startConfigured(String configuration, String... options) {
        int port = LoopbackPorts.free();
        List<String> command = new ArrayList<>();
        command.add(configured(port, configuration, UnaryOperator.identity()).toString());
        command.addAll(List.of("--port", Integer.toString(port), "--appendonly", "no"));
        command.addAll(List.of(options));
        return launch(port, command);
    }

    /** A file of {@code deploy/redis}, changed. */
    private Path configured(int port, String name, UnaryOperator<String> change) {
        try {
            String lines = Files.readAllLines(DEPLOYED.resolve(name)).stream()
                    .filter(line -> !line.startsWith("dir ") && !line.startsWith("port "))
                    .map(line -> line.startsWith("include ")
                            ? "include "
                                    + configured(
                                            port, String.valueOf(Path.of(line).getFileName()), change)
                            : line)
                    .collect(Collectors.joining("\n", "", "\n"));
            return Files.writeString(folder.resolve(port + "-" + name), change.apply(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a server that follows another, and returns when it does. */
    public Node startReplicaOf(Node master) {
        Node replica = start("--replicaof", "127.0.0.1", Integer.toString(master.port()));
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> replica.commands().info("replication").contains("master_link_status:up"));
        if (master.commands().info("replication").contains("role:master")) {
            awaitConfirmation(master, () -> master.commands().set("confirmed", "?"));
            master.commands().del("confirmed");
        }
        return replica;
    }

    /** A replica that is linked up confirms nothing for up to a second, until its own first message to the master. */
    private static void awaitConfirmation(Node master, Runnable write) {
        Awaitility.await().atMost(PATIENCE).until(() -> {
            write.run();
            return master.commands().waitForReplication(1, 100) >= 1;
        });
    }

    /** Starts a Sentinel that lets the replica take over when the master is away for a second. */
    public Node startSentinel(String name, Node master) {
        int port = LoopbackPorts.free();
        Path configuration = configured(
                port,
                "sentinel.conf",
                lines -> lines.replace(" sip-oauth 192.0.2.11 6379 2", " sip-oauth 127.0.0.1 " + master.port() + " 1")
                        .replace("down-after-milliseconds sip-oauth 5000", "down-after-milliseconds sip-oauth 1000")
                        .replace("failover-timeout sip-oauth 60000", "failover-timeout sip-oauth 3000")
                        .replace(" sip-oauth ", " " + name + " "));
        return launch(port, List.of(configuration.toString(), "--sentinel", "--port", Integer.toString(port)));
    }

    /** Starts a cluster in which the first so many nodes are masters, and each further one follows one of them. */
    public List<Node> startCluster(int masters, int replicas) {
        List<Node> cluster = new ArrayList<>();
        for (int i = 0; i < masters + replicas; i++) {
            cluster.add(startConfigured("cluster.conf", "--cluster-node-timeout", "2000"));
        }
        for (int i = 0; i < masters; i++) {
            int from = 16_384 * i / masters;
            int to = 16_384 * (i + 1) / masters;
            cluster.get(i).commands().clusterAddSlots(IntStream.range(from, to).toArray());
        }
        for (int i = 1; i < cluster.size(); i++) {
            cluster.get(i).commands().clusterMeet("127.0.0.1", cluster.get(0).port());
        }
        for (int i = masters; i < cluster.size(); i++) {
            Node replica = cluster.get(i);
            String master = cluster.get(i - masters).commands().clusterMyId();
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> replica.commands().clusterNodes().contains(master));
            replica.commands().clusterReplicate(master);
        }
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> cluster.stream()
                        .allMatch(node -> node.commands().clusterInfo().contains("cluster_state:ok")
                                && node.commands().clusterInfo().contains("cluster_known_nodes:" + cluster.size())));
        for (int i = masters; i < cluster.size(); i++) {
            Node master = cluster.get(i - masters);
            awaitConfirmation(master, () -> master.commands().flushall());
        }
        return cluster;
    }

    private Node launch(int port, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(executable.toString());
        command.addAll(arguments);
        try {
            Path own = Files.createDirectories(folder.resolve(Integer.toString(port)));
            command.addAll(List.of("--bind", "127.0.0.1", "--dir", own.toString()));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(own.resolve("log").toFile())
                    .start();
            Node node = new Node(process, port);
            nodes.add(node);
            Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> {
                if (!process.isAlive()) {
                    throw new AssertionError(Files.readString(own.resolve("log")));
                }
                return node.commands().ping().equals("PONG");
            });
            return node;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        nodes.forEach(Node::close);
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One process. */
    public static final class Node {
        private final Process process;
        private final int port;
        private RedisClient client;
        private StatefulRedisConnection<String, String> connection;

        private Node(Process process, int port) {
            this.process = process;
            this.port = port;
        }

        public int port() {
            return port;
        }

        /** To the node itself, whatever it is part of. */
        public synchronized RedisCommands<String, String> commands() {
            if (connection == null) {
                if (client == null) {
                    client = RedisClient.create(RedisURI.create("127.0.0.1", port));
                }
                connection = client.connect();
            }
            return connection.sync();
        }

        /** Stands still, as under a garbage collector or on an overloaded host; its connections stay up. */
        public void pause() {
            signal("-STOP");
        }

        public void resume() {
            signal("-CONT");
        }

        /** As by the system for want of memory. */
        public void kill() {
            process.destroyForcibly();
            process.onExit().join();
        }

        private void signal(String signal) {
            try {
                int exit = new ProcessBuilder("/bin/kill", signal, Long.toString(process.pid()))
                        .start()
                        .waitFor();
                if (exit != 0) {
                    throw new IllegalStateException("kill " + signal + " ended with " + exit);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        private void close() {
            kill();
            if (client != null) {
                client.shutdown(0, 1, TimeUnit.SECONDS);
            }
        }

        @Override
        public String toString() {
            return "127.0.0.1:" + port;
        }
    }
}
