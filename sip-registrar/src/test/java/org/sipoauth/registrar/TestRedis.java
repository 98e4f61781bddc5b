package org.sipoauth.registrar;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import redis.embedded.core.ExecutableProvider;

/**
 * A redis-server on the loopback interface, in memory alone: the one on the {@code PATH}, else the one that embedded-redis
 * carries. May be killed, started again and made to stand still.
 */
public final class TestRedis implements AutoCloseable {
    private static final Path EXECUTABLE = executable();

    private final Path directory;
    private final int port;
    private final List<String> command;
    private Process process;

    /** @param options as on redis-server's command line; they go before ours */
    public TestRedis(Path directory, String... options) throws IOException {
        this(directory, LoopbackPorts.free(), options);
    }

    private TestRedis(Path directory, int port, String... options) throws IOException {
        this.directory = Files.createDirectories(directory.resolve("redis-" + port));
        this.port = port;
        command = new ArrayList<>(List.of(EXECUTABLE.toString()));
        List<String> given = List.of(options);
        if (given.isEmpty() || given.get(0).startsWith("--")) {
            command.addAll(List.of("--save", "", "--repl-diskless-sync-delay", "0"));
        }
        command.addAll(given);
        command.addAll(List.of("--bind", "127.0.0.1", "--dir", this.directory.toString()));
        command.addAll(List.of(given.contains("--tls-cert-file") ? "--tls-port" : "--port", Integer.toString(port)));
        process = launch();
    }

    /** Behind a certificate of its own, {@code node.crt} of the folder, with the key beside it. */
    static TestRedis overTls(Path directory, String... more) throws IOException {
        List<String> options = new ArrayList<>(List.of("--tls-auth-clients", "no", "--port", "0"));
        options.addAll(List.of("--tls-cert-file", directory.resolve("node.crt").toString()));
        options.addAll(List.of("--tls-key-file", directory.resolve("node.key").toString()));
        options.addAll(
                List.of("--tls-ca-cert-file", directory.resolve("node.crt").toString()));
        options.addAll(List.of(more));
        return new TestRedis(directory, options.toArray(String[]::new));
    }

    /** Lets the replica take over when the master has been away for a second. */
    public static TestRedis sentinel(Path directory, String name, TestRedis master) throws IOException {
        int port = LoopbackPorts.free();
        Path configuration = directory.resolve("sentinel-" + port + ".conf");
        Files.writeString(configuration, """
                sentinel monitor %1$s 127.0.0.1 %2$d 1
                sentinel down-after-milliseconds %1$s 1000
                sentinel failover-timeout %1$s 3000
                """.formatted(name, master.port));
        return new TestRedis(directory, port, configuration.toString(), "--sentinel");
    }

    private static Path executable() {
        Optional<Path> installed = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst();
        try {
            return installed.isPresent()
                    ? installed.get()
                    : ExecutableProvider.newJarResourceProvider().get().toPath();
        } catch (IOException unusable) {
            throw new IllegalStateException(unusable);
        }
    }

    private Process launch() throws IOException {
        File log = directory.resolve("log").toFile();
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        Awaitility.await().until(() -> {
            if (!started.isAlive()) {
                throw new AssertionError(Files.readString(log.toPath()));
            }
            return answers();
        });
        return started;
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    /** {@code 127.0.0.1} and the port. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** As by the system for want of memory. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** On the same port, with nothing in it. */
    public void startAgain() throws IOException {
        process = launch();
    }

    /** Stands still, as under an overloaded host; its connections stay up. */
    public void pause() throws Exception {
        signal("-STOP");
    }

    public void resume() throws Exception {
        signal("-CONT");
    }

    private void signal(String signal) throws Exception {
        int exit = new ProcessBuilder("/bin/kill", signal, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IllegalStateException("kill " + signal + " ended with " + exit);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
