package org.sipoauth.benchmarks.platform;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * A temporary folder and the programs that run in it, on loopback ports of their own. Whatever ends this program ends
 * them, too.
 */
public final class Workplace implements AutoCloseable {
    /** Of each process that {@link #java} and its like start. */
    public static final int HEAP_MEGABYTES = 384;

    private static final int LOWEST_PORT = 20_000; // below the range that outgoing connections draw from
    private static final int HIGHEST_PORT = 29_999;

    private final Path folder;
    private final List<ChildProcess> running = new ArrayList<>(); // guarded by this
    private final Thread hook = new Thread(this::endAll, "end of the programs");
    private boolean ended; // guarded by this
    private int nextPort = ThreadLocalRandom.current().nextInt(HIGHEST_PORT - LOWEST_PORT + 1); // guarded by this
    private volatile boolean logsWanted;

    private Workplace(Path folder) {
        this.folder = folder;
    }

    public static Workplace open(String name) throws IOException {
        Workplace workplace = new Workplace(Files.createTempDirectory(name));
        Runtime.getRuntime().addShutdownHook(workplace.hook);
        return workplace;
    }

    public Path folder() {
        return folder;
    }

    /** @param readyMark what a line of its output holds once it is ready */
    public synchronized ChildProcess start(String name, String readyMark, List<String> command) throws IOException {
        if (ended) {
            throw new IOException("ended while it started");
        }
        ChildProcess process = ChildProcess.start(folder, name, readyMark, command);
        running.add(process);
        return process;
    }

    /** The command that runs a jar of this build, on {@link #java this Java}. */
    public static List<String> java(String jar, List<String> arguments) throws IOException {
        List<String> command = java();
        command.addAll(List.of("-Xmx" + HEAP_MEGABYTES + "m", "-jar", built(jar).toString()));
        command.addAll(arguments);
        return command;
    }

    /**
     * The command that runs the server: with the classes that {@code cli/src/test/sh/archive-server.sh} has archived, unless
     * its jar is newer. How soon it starts is no measure then.
     *
     * @param javaOptions in place of those that this was given, and of {@link #HEAP_MEGABYTES}
     */
    static List<String> server(List<String> javaOptions, List<String> arguments) throws IOException {
        Path jar = built("authz-server/target/authz-server.jar");
        Path archive = jar.resolveSibling("archived/authz-server.jsa");
        // not the jar itself, which is dated by the release
        Path packed = jar.resolveSibling(jar.getFileName() + ".original");
        boolean isArchived = archive.toFile().lastModified() > packed.toFile().lastModified();
        List<String> command = java();
        command.add("-Xmx" + HEAP_MEGABYTES + "m");
        command.addAll(javaOptions);
        if (isArchived) {
            command.add("-XX:SharedArchiveFile=" + archive);
        }
        command.addAll(List.of("-jar", (isArchived ? archive.resolveSibling("authz-server.jar") : jar).toString()));
        command.addAll(arguments);
        return command;
    }

    /** The Java that runs this, with the {@code -XX} options that this was given. */
    public static List<String> java() {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-XX:"))
                .forEach(command::add);
        return command;
    }

    /** A file that the whole build makes, found from the repository's root or a folder in it. */
    public static Path built(String file) throws IOException {
        for (Path root = Path.of("").toAbsolutePath(); root != null; root = root.getParent()) {
            if (Files.exists(root.resolve(file))) {
                return root.resolve(file);
            }
        }
        throw new IOException("needs " + file + ": run this in the repository, after mvn package");
    }

    /** A program by others. */
    public static Optional<Path> onPath(String program) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.of(path, "/usr/sbin") // Debian's root only
                .flatMap(folders -> Arrays.stream(folders.split(File.pathSeparator)))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The redis-server on the path, else the one that embedded-redis carries. */
    public Path redisServer() throws IOException {
        Optional<Path> onPath = onPath("redis-server");
        return onPath.isPresent()
                ? onPath.get()
                : ExecutableProvider.newJarResourceProvider(folder.toFile())
                        .get()
                        .toPath();
    }

    /** Never the same twice: the first may not be in use yet when the second is chosen. */
    public synchronized int freePort() throws IOException {
        while (true) {
            int port = LOWEST_PORT + nextPort++ % (HIGHEST_PORT - LOWEST_PORT + 1);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (BindException taken) {
                // another one, then
            }
        }
    }

    /** Leaves what the programs print where it is, for somebody to look into. */
    public Path keepLogs() {
        logsWanted = true;
        return folder;
    }

    @Override
    public void close() {
        endAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // the hook does the same
        }
    }

    private synchronized void endAll() {
        if (ended) {
            return;
        }
        ended = true;
        for (int i = running.size() - 1; i >= 0; i--) {
            running.get(i).close();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> !logsWanted || Files.isRegularFile(file) && !isLog(file))
                    .sorted(Comparator.reverseOrder())
                    .map(Path::toFile)
                    .forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isLog(Path file) {
        return file.getFileName().toString().endsWith(".log");
    }
}
