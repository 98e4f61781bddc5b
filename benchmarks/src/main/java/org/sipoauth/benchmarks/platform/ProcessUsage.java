package org.sipoauth.benchmarks.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** What a process and all that it started have used, as Linux tells it. */
public final class ProcessUsage {
    private static final long TICK_NANOS = 10_000_000; // USER_HZ is 100 on every Linux

    private ProcessUsage() {}

    /** The process, and those that it started. */
    public static List<ProcessHandle> tree(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants()).toList();
    }

    /** User and system time so far, of those that have ended too. */
    public static Duration processorTime(ProcessHandle process) throws IOException {
        long ticks = 0;
        for (ProcessHandle each : tree(process)) {
            try {
                String stat = Files.readString(Path.of("/proc", Long.toString(each.pid()), "stat"));
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                for (int i = 11; i <= 14; i++) { // utime, stime, cutime, cstime: proc(5)
                    ticks += Long.parseLong(fields[i]);
                }
            } catch (NoSuchFileException ended) {
                // its parent has its time now
            }
        }
        return Duration.ofNanos(ticks * TICK_NANOS);
    }

    /** Bytes of memory that they hold now; pages they share count for each. */
    public static long residentBytes(ProcessHandle process) throws IOException {
        return bytes(process, "VmRSS:");
    }

    /** Bytes of memory that they have held at most; pages they share count for each. */
    public static long peakResidentBytes(ProcessHandle process) throws IOException {
        return bytes(process, "VmHWM:");
    }

    private static long bytes(ProcessHandle process, String field) throws IOException {
        long bytes = 0;
        for (ProcessHandle each : tree(process)) {
            try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(each.pid()), "status"))) {
                bytes += lines.filter(line -> line.startsWith(field))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                        .sum();
            }
        }
        return bytes;
    }
}
