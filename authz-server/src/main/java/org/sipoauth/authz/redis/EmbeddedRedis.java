package org.sipoauth.authz.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.StartupRefused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A redis-server that this process starts, keeps running and stops, for sites that run none of their own.
 *
 * <p>It listens on a free port of the loopback interface and asks for a password that is random at every start and
 * reaches it through its standard input: neither the command line, nor a file, nor a log holds it.
 *
 * <p>Every write is on the disk before it is acknowledged ({@code appendfsync always}; writes that arrive together
 * share one sync), so that not even a power failure takes back a login or a revocation.
 *
 * <p>Its folder belongs to one server at a time, which a file lock holds. A hard kill of this process frees the lock but
 * leaves the redis-server behind; the next start ends it before it opens the data.
 */
final class EmbeddedRedis implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedis.class);
    private static final int PORT_ATTEMPTS = 5;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);
    private static final Path SETSID = Path.of("/usr/bin/setsid");
    private static final String PID_FILE = "redis.pid";

    private final Path folder;
    private final RedisBinary binary;
    private final FileChannel lock;
    private final String password;
    private final int port;
    private Process process;
    private boolean closed;

    /**
     * Starts the redis-server and returns when it has loaded its data and takes commands.
     *
     * @param folder where it keeps its data; made if absent
     * @param searchPath the folders to look for a redis-server in, as in the environment variable {@code PATH}
     * @throws StartupRefused with what the operator can do about it
     */
    static EmbeddedRedis start(Path folder, String searchPath) {
        Path data = createFolder(folder);
        FileChannel lock = lock(data);
        try {
            endOrphan(data);
            RedisBinary binary = RedisBinary.locate(data, searchPath);
            requireReadable(data, binary);
            return startOnFreePort(data, binary, lock);
        } catch (RuntimeException e) {
            closeQuietly(lock);
            throw e;
        }
    }

    /** Another process may take the free port before redis-server does: then tries another. */
    private static EmbeddedRedis startOnFreePort(Path folder, RedisBinary binary, FileChannel lock) {
        for (int attempt = 1; ; attempt++) {
            try {
                return new EmbeddedRedis(folder, binary, lock);
            } catch (StartupRefused e) {
                if (attempt == PORT_ATTEMPTS || !String.valueOf(e.getMessage()).contains("already in use")) {
                    throw e;
                }
            }
        }
    }

    private EmbeddedRedis(Path folder, RedisBinary binary, FileChannel lock) {
        this.folder = folder;
        this.binary = binary;
        this.lock = lock;
        this.password = randomPassword();
        this.port = freePort();
        this.process = launch(port);
        LOG.info(
                "embedded Redis {}.{} ({}) keeps its data in {}",
                binary.major(),
                binary.minor(),
                binary.executable(),
                folder);
        superviseFrom(process);
    }

    int port() {
        return port;
    }

    String password() {
        return password;
    }

    /** Stops the redis-server; everything it acknowledged is on the disk already. */
    @Override
    public synchronized void close() {
        closed = true;
        stop(process.toHandle());
        closeQuietly(lock);
    }

    @Override
    public String toString() {
        return "EmbeddedRedis[127.0.0.1:" + port + ", " + folder + "]";
    }

    /** Returns when the server takes commands. */
    private Process launch(int onPort) {
        try {
            Process started = new ProcessBuilder(command())
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            Transcript transcript = new Transcript(started);
            try (OutputStream stdin = started.getOutputStream()) {
                stdin.write(configuration(onPort).getBytes(StandardCharsets.UTF_8)); // one write: all of it or nothing
            }
            if (!transcript.ready.join()) {
                throw new StartupRefused(
                        "The embedded redis-server ended while it started. It said:\n" + transcript.lastLines(),
                        "Look at what it said; its data is in " + folder + ".");
            }
            return started;
        } catch (IOException e) {
            throw new StartupRefused(
                    "The embedded redis-server " + binary.executable() + " cannot be started: " + e.getMessage() + ".",
                    "Check that the file may be executed and that " + folder + " may be entered.",
                    e);
        }
    }

    /** In a session of its own where that can be had: a Ctrl-C at the terminal is for us, and we stop it in our time. */
    private List<String> command() {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            command.add(SETSID.toString());
        }
        command.add(binary.executable().toString());
        command.add("-"); // configured by standard input
        return command;
    }

    private String configuration(int onPort) {
        return String.join(
                "\n",
                "bind 127.0.0.1",
                "port " + onPort,
                "requirepass " + password,
                "databases 1",
                "pidfile " + PID_FILE, // relative to its working folder, as is the data
                "save \"\"", // the append-only file below is all it needs
                "appendonly yes",
                "appendfsync always",
                "maxmemory-policy noeviction",
                "hash-max-ziplist-entries " + RedisCheck.ENTRIES,
                "hash-max-ziplist-value " + RedisCheck.VALUE,
                "");
    }

    /** If the redis-server ends by itself, or is ended by the system for want of memory, starts it again. */
    private void superviseFrom(Process running) {
        running.onExit()
                .thenAcceptAsync(
                        this::restart,
                        CompletableFuture.delayedExecutor(RESTART_PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    }

    private synchronized void restart(Process ended) {
        if (closed) {
            return;
        }
        LOG.error("the embedded Redis ended with exit code {}; starting it again", ended.exitValue());
        try {
            process = launch(port);
        } catch (StartupRefused e) {
            LOG.error("the embedded Redis does not start again: {}", e.getMessage());
        }
        superviseFrom(process);
    }

    private static Path createFolder(Path folder) {
        try {
            Files.createDirectories(folder);
            if (!Files.isWritable(folder)) {
                throw new IOException("it cannot be written");
            }
            if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                // what redis-server writes there, others could read
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            }
            return folder.toRealPath();
        } catch (IOException e) {
            throw new StartupRefused(
                    "The data folder " + folder.toAbsolutePath() + " cannot be used: " + e.getMessage() + ".",
                    "Name a folder that this process may write with sipoauth.data-dir.",
                    e);
        }
    }

    private static FileChannel lock(Path folder) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("the lock is held by this very process", e);
        } catch (IOException e) {
            throw new StartupRefused(
                    "The data folder " + folder + " cannot be locked: " + e.getMessage() + ".",
                    "Name a folder on a file system with locks with sipoauth.data-dir.",
                    e);
        }
        closeQuietly(channel);
        throw new StartupRefused(
                "The data folder " + folder + " is in use by another running server.",
                "Stop that server, or give this one a folder of its own with sipoauth.data-dir."
                        + " Servers that are to share their logins need a Redis of their own: spring.data.redis.url.");
    }

    private static void endOrphan(Path folder) {
        Optional<ProcessHandle> orphan =
                recordedPid(folder).flatMap(ProcessHandle::of).filter(process -> isOurs(process, folder));
        if (orphan.isPresent()) {
            LOG.warn(
                    "ending the redis-server (pid {}) that an earlier server left in {}",
                    orphan.get().pid(),
                    folder);
            stop(orphan.get());
        }
    }

    private static Optional<Long> recordedPid(Path folder) {
        try {
            return Optional.of(
                    Long.valueOf(Files.readString(folder.resolve(PID_FILE)).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * Process ids are used again, so the number alone proves nothing: it must be a redis-server that works in this
     * folder or, where the system does not tell the folder, one that started when the number was written.
     */
    private static boolean isOurs(ProcessHandle process, Path folder) {
        boolean isRedis = process.info()
                .command()
                .map(command -> Path.of(command).getFileName().toString())
                .filter(name -> name.startsWith("redis-server") || name.startsWith("redis-check")) // one hard link
                .isPresent();
        Path workingFolder = Path.of("/proc", Long.toString(process.pid()), "cwd");
        try {
            return isRedis
                    && (Files.exists(workingFolder)
                            ? workingFolder.toRealPath().equals(folder)
                            : startedWhenRecorded(process, folder));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean startedWhenRecorded(ProcessHandle process, Path folder) throws IOException {
        Instant recorded = Files.getLastModifiedTime(folder.resolve(PID_FILE)).toInstant();
        return process.info()
                .startInstant()
                .filter(start -> Duration.between(start, recorded).abs().compareTo(Duration.ofSeconds(5)) < 0)
                .isPresent();
    }

    private static void stop(ProcessHandle process) {
        process.destroy(); // SIGTERM: redis-server writes what it has and removes its pid file
        try {
            process.onExit().get(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("redis-server (pid {}) did not stop within {}; killing it", process.pid(), STOP_TIMEOUT);
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    /** Redis before 7 does not see the files of a later one and would start empty: every login gone without a word. */
    private static void requireReadable(Path folder, RedisBinary binary) {
        if (Files.exists(folder.resolve("appendonlydir")) && !binary.isAtLeast(7, 0)) {
            throw new StartupRefused(
                    "The data in " + folder + " was written by Redis 7 or later, but only "
                            + binary.executable() + " of release " + binary.major() + "." + binary.minor()
                            + " was found.",
                    "Install redis-server 7 or later so that it is on the PATH.");
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StartupRefused(
                    "There is no free port on the loopback interface for the embedded redis-server.",
                    "Free one, or name a Redis that runs elsewhere with spring.data.redis.url.",
                    e);
        }
    }

    private static String randomPassword() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.debug("the lock file did not close", e);
        }
    }

    /** What redis-server prints: goes to our log, and tells when it is ready. */
    private static final class Transcript {
        private static final int KEPT_LINES = 15;

        private final Deque<String> lines = new ArrayDeque<>();
        /** True when it takes commands, false if it ended before. */
        private final CompletableFuture<Boolean> ready = new CompletableFuture<>();

        Transcript(Process process) {
            Thread reader = new Thread(() -> read(process), "embedded-redis-log");
            reader.setDaemon(true);
            reader.start();
        }

        private void read(Process process) {
            try (BufferedReader output =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                    LOG.debug("{}", line);
                    keep(line);
                    if (line.contains("Ready to accept connections")) { // printed after the data is loaded
                        ready.complete(true);
                    }
                }
            } catch (IOException e) {
                LOG.debug("the embedded Redis can no longer be heard", e);
            } finally {
                ready.complete(false);
            }
        }

        private synchronized void keep(String line) {
            lines.addLast(line);
            if (lines.size() > KEPT_LINES) {
                lines.removeFirst();
            }
        }

        private synchronized String lastLines() {
            return String.join("\n", lines);
        }
    }
}
