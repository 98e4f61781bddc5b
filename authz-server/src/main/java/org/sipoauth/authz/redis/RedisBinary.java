package org.sipoauth.authz.redis;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.sipoauth.authz.settings.StartupRefused;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.OsArchitecture;

/** A redis-server that runs on this machine, of release 6.2 or later. */
record RedisBinary(Path executable, int major, int minor) {
    private static final Pattern VERSION = Pattern.compile("\\bv=(\\d+)\\.(\\d+)\\.");

    /**
     * The one on the {@code PATH} if it is recent enough, since the operating system keeps that one patched; else the
     * one this application carries, unpacked into {@code folder}.
     */
    static RedisBinary locate(Path folder, String searchPath) {
        return onPath(searchPath).orElseGet(() -> unpackInto(folder));
    }

    boolean isAtLeast(int wantedMajor, int wantedMinor) {
        return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
    }

    private static Optional<RedisBinary> onPath(String searchPath) {
        return Arrays.stream(searchPath.split(File.pathSeparator))
                .filter(entry -> !entry.isBlank())
                .map(entry -> Path.of(entry, "redis-server"))
                .filter(Files::isExecutable)
                .map(RedisBinary::askVersion)
                .flatMap(Optional::stream)
                .filter(binary -> binary.isAtLeast(6, 2))
                .findFirst();
    }

    private static RedisBinary unpackInto(Path folder) {
        String resource = carriedFor(System.getProperty("os.name"), System.getProperty("os.arch"))
                .map(ExecutableProvider.newProvidedVersionsMap()::get)
                .orElseThrow(() -> none("This application carries no redis-server for this system."));
        Path executable = folder.resolve("bin").resolve("redis-server");
        URL carried = RedisBinary.class.getResource(resource);
        if (carried == null) {
            throw none("This application was packaged without the redis-server it should carry.");
        }
        try {
            if (!isUnpacked(carried, executable)) {
                unpack(carried, executable);
            }
        } catch (IOException e) {
            throw none("The redis-server of this application could not be unpacked: " + e.getMessage() + ".");
        }
        return askVersion(executable)
                .filter(binary -> binary.isAtLeast(6, 2))
                .orElseThrow(() -> none("The redis-server of this application does not run on this system."));
    }

    /** Whether the file is there as it left the archive, by the checksum that the archive keeps: a start saves the copy. */
    private static boolean isUnpacked(URL carried, Path executable) throws IOException {
        if (!Files.isExecutable(executable) || !(carried.openConnection() instanceof JarURLConnection archive)) {
            return false;
        }
        CRC32 checksum = new CRC32();
        try (InputStream in = new CheckedInputStream(Files.newInputStream(executable), checksum)) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException unreadable) {
            return false;
        }
        return checksum.getValue() == archive.getJarEntry().getCrc();
    }

    private static void unpack(URL carried, Path executable) throws IOException {
        Path folder = Files.createDirectories(executable.getParent());
        // written aside and moved: an older copy may still be running
        Path fresh = Files.createTempFile(folder, "redis-server", ".new");
        try (InputStream in = carried.openStream()) {
            Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
        }
        if (!fresh.toFile().setExecutable(true, true)) {
            throw new IOException(fresh + " cannot be made executable");
        }
        Files.move(fresh, executable, StandardCopyOption.ATOMIC_MOVE);
    }

    // OsArchitecture's own detection runs uname, which a small container lacks.
    private static Optional<OsArchitecture> carriedFor(String system, String processor) {
        boolean arm = processor.equals("aarch64");
        if (!arm && !processor.equals("amd64") && !processor.equals("x86_64")) {
            return Optional.empty();
        }
        if (system.equals("Linux")) {
            return Optional.of(arm ? OsArchitecture.UNIX_AARCH64 : OsArchitecture.UNIX_x86_64);
        }
        if (system.startsWith("Mac")) {
            return Optional.of(arm ? OsArchitecture.MAC_OS_X_ARM64 : OsArchitecture.MAC_OS_X_x86_64);
        }
        return Optional.empty();
    }

    /** What the program says of itself; empty if it does not run here. */
    private static Optional<RedisBinary> askVersion(Path executable) {
        try {
            Process process = new ProcessBuilder(executable.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher version = VERSION.matcher(answer);
            return process.waitFor() == 0 && version.find()
                    ? Optional.of(new RedisBinary(
                            executable, Integer.parseInt(version.group(1)), Integer.parseInt(version.group(2))))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static StartupRefused none(String description) {
        return new StartupRefused(
                description,
                "Install redis-server 6.2 or later so that it is on the PATH,"
                        + " or name a Redis that runs elsewhere with spring.data.redis.host or spring.data.redis.url.");
    }
}
