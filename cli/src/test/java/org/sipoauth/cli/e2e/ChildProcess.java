package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program that runs beside a test and ends with it: its output, both streams in one, is kept to be waited for and shown.
 * Should the test's own process end first, the program is ended by a shutdown hook.
 */
final class ChildProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration END_LIMIT = Duration.ofSeconds(60);

    private final String name;
    private final Process process;
    private final Thread hook;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>(); // guarded by itself
    private boolean outputEnded; // guarded by lines

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.hook = new Thread(process::destroyForcibly, name + " end");
        this.reader = new Thread(this::readOutput, name + " output");
        reader.setDaemon(true);
    }

    static ChildProcess start(String name, Path folder, List<String> command) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        try {
            ChildProcess child = new ChildProcess(name, builder.start());
            child.process.getOutputStream().close(); // nobody types
            Runtime.getRuntime().addShutdownHook(child.hook);
            child.reader.start();
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a line of output that holds the pattern, whether it came already or comes within a minute. */
    Matcher awaitLine(String pattern) {
        return awaitLine(pattern, START_LIMIT);
    }

    /** As {@link #awaitLine(String)}, for a line that takes longer to come. */
    Matcher awaitLine(String pattern, Duration limit) {
        Pattern wanted = Pattern.compile(pattern);
        long end = System.nanoTime() + limit.toNanos();
        synchronized (lines) {
            int seen = 0;
            while (true) {
                for (; seen < lines.size(); seen++) {
                    Matcher line = wanted.matcher(lines.get(seen));
                    if (line.find()) {
                        return line;
                    }
                }
                long left = end - System.nanoTime();
                if (outputEnded || left <= 0) {
                    return fail("%s never printed \"%s\":%n%s", name, pattern, output());
                }
                waitForOutput(left);
            }
        }
    }

    /** Waits for the program's own end and returns its exit status. */
    int awaitExit(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            fail("%s did not end within %s:%n%s", name, limit, output());
        }
        reader.join(END_LIMIT.toMillis());
        return process.exitValue();
    }

    String output() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    /** Asks the program to end, as an operator's SIGTERM does, and leaves it to do so. */
    void terminate() {
        process.toHandle().destroy(); // Process.destroy would close its output as well, and lose its last words
    }

    /** Asks the program to end, as an operator's SIGTERM does, and after a while ends it with all that it started. */
    @Override
    public void close() {
        List<ProcessHandle> started = process.descendants().toList(); // nobody tells once it has ended
        process.toHandle().destroy(); // unlike Process.destroy(), leaves its output to be read to the end
        try {
            if (!process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                started.forEach(ProcessHandle::destroyForcibly);
                fail("%s did not end within %s of SIGTERM:%n%s", name, END_LIMIT, output());
            }
            reader.join(END_LIMIT.toMillis());
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().removeShutdownHook(hook);
        assertThat(process.isAlive()).isFalse();
    }

    private void waitForOutput(long nanoseconds) {
        try {
            TimeUnit.NANOSECONDS.timedWait(lines, nanoseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail("interrupted while waiting for %s", name);
        }
    }

    private void readOutput() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            synchronized (lines) {
                outputEnded = true;
                lines.notifyAll();
            }
        }
    }
}
