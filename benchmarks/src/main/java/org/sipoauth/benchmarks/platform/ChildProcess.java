package org.sipoauth.benchmarks.platform;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A program that runs beside the scenario; what it prints goes to a file. */
public final class ChildProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final Duration END_LIMIT = Duration.ofSeconds(20);

    private final Path log;
    private final Process process;
    private final Thread reader;
    private final CompletableFuture<String> ready = new CompletableFuture<>();

    private ChildProcess(Path log, Process process, String readyMark) {
        this.log = log;
        this.process = process;
        this.reader = new Thread(() -> copyOutput(readyMark), log.getFileName().toString());
        reader.setDaemon(true);
    }

    /** @param readyMark what a line of its output holds once it is ready */
    static ChildProcess start(Path folder, String name, String readyMark, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close(); // nobody types
        ChildProcess child = new ChildProcess(folder.resolve(name + ".log"), process, readyMark);
        child.reader.start();
        return child;
    }

    public void awaitReady() throws IOException, InterruptedException {
        try {
            ready.get(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("did not start; it said:\n" + Files.readString(log), e);
        }
    }

    /** Waits for the program's own end. */
    public void awaitSuccess() throws IOException, InterruptedException {
        boolean ended = process.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
        reader.join(END_LIMIT.toMillis());
        if (!ended || process.exitValue() != 0) {
            throw new IOException("failed; it said:\n" + Files.readString(log));
        }
    }

    /** Ends it as a crash does (SIGKILL), and returns when it is gone. */
    public void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        if (!process.waitFor(END_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("still there after SIGKILL");
        }
    }

    public long pid() {
        return process.pid();
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** All that it has printed so far. */
    public String output() throws IOException {
        return Files.readString(log);
    }

    /** Asks the program to end, and insists after a while. */
    @Override
    public void close() {
        process.toHandle().destroy(); // unlike Process.destroy(), leaves its output to be read to the end
        try {
            if (!process.waitFor(END_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            reader.join(END_LIMIT.toMillis());
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void copyOutput(String readyMark) {
        try (BufferedReader output = process.inputReader();
                PrintWriter copy = new PrintWriter(Files.newBufferedWriter(log, StandardCharsets.UTF_8), true)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                copy.println(line);
                if (line.contains(readyMark)) {
                    ready.complete(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            ready.completeExceptionally(new IOException("its output ended"));
        }
    }
}
