package org.sipoauth.benchmarks.grants;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.sipoauth.benchmarks.platform.ProcessUsage;

/** A program under measurement with every process it started, its store among them; its output goes to a file. */
final class ServerProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final Duration END_LIMIT = Duration.ofSeconds(20);
    private static final Duration LOOK_EVERY = Duration.ofMillis(10);

    private final Path log;
    private final Process process;
    private final long startedAt = System.nanoTime();
    private final Thread hook = new Thread(this::end, "end of a server");

    private ServerProcess(Path log, Process process) {
        this.log = log;
        this.process = process;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    static ServerProcess start(Path folder, String name, Map<String, String> environment, List<String> command)
            throws IOException {
        Path log = folder.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close(); // nobody types
        return new ServerProcess(log, process);
    }

    /** Waits until an address answers 200; returns how long that took from the start. */
    Duration awaitReady(URI address) throws IOException, InterruptedException {
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(1))
                .build();
        HttpRequest probe =
                HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(20)).build();
        while (System.nanoTime() - startedAt < START_LIMIT.toNanos() && process.isAlive()) {
            try {
                if (http.send(probe, BodyHandlers.discarding()).statusCode() == 200) {
                    return Duration.ofNanos(System.nanoTime() - startedAt);
                }
            } catch (IOException notYet) {
                // nobody listens there yet
            }
            Thread.sleep(LOOK_EVERY.toMillis());
        }
        throw new IOException("did not start; it said:\n" + Files.readString(log));
    }

    void awaitSuccess() throws IOException, InterruptedException {
        if (!process.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("failed; it said:\n" + Files.readString(log));
        }
    }

    /** Asks it to end (SIGTERM), and returns when it has. */
    void stop() throws IOException, InterruptedException {
        process.toHandle().destroy();
        if (!process.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException("did not end; it said:\n" + Files.readString(log));
        }
    }

    /** User and system time of all its processes so far, those that have ended included. */
    Duration processorTime() throws IOException {
        return ProcessUsage.processorTime(process.toHandle());
    }

    /** Bytes of memory that all its processes hold; pages they share count for each. */
    long residentBytes() throws IOException {
        return ProcessUsage.residentBytes(process.toHandle());
    }

    /** What it has printed so far. */
    Path log() {
        return log;
    }

    private List<ProcessHandle> tree() {
        return ProcessUsage.tree(process.toHandle());
    }

    /** Asks it to end, and insists after a while. */
    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // the hook does the same
        }
    }

    private void end() {
        List<ProcessHandle> all = tree();
        process.destroy();
        try {
            if (!process.waitFor(END_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
