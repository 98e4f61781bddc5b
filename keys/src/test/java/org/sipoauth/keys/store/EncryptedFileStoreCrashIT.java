package org.sipoauth.keys.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;

/**
 * Kills a process that does nothing but write, at random points: what is left is always a complete ring, no older than
 * the last one whose write was acknowledged. {@code -Dsipoauth.crashes=1000} for the recorded run.
 */
class EncryptedFileStoreCrashIT {
    private static final int CRASHES = Integer.getInteger("sipoauth.crashes", 10);

    @TempDir
    private Path folder;

    @Test
    void leavesTheOldRingOrTheNewOneComplete() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        MasterKey masterKey = MasterKey.create(folder.resolve("master.key"));
        EncryptedFileStore store = new EncryptedFileStore(folder.resolve("ring.jwe"), masterKey, KeyVault.inRing());
        long acknowledged = 0;
        for (int crash = 0; crash < CRASHES; crash++) {
            acknowledged = Math.max(acknowledged, writeUntilKilled(random.nextInt(40_000_000)));

            long stored = store.load().orElseThrow().version();

            assertThat(stored)
                    .describedAs("crash %d of seed %d", crash, seed)
                    .isBetween(acknowledged, acknowledged + 1);
            acknowledged = stored;
        }
    }

    /** @return the last version whose write was acknowledged before the kill */
    private long writeUntilKilled(long nanosAfterFirstWrite) throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader acknowledgements = writer.inputReader()) {
            String first = acknowledgements.readLine();
            assertThat(first).describedAs("the writer's first line").isNotNull();
            LockSupport.parkNanos(nanosAfterFirstWrite); // not a wait for anything: the random point of the kill
            writer.toHandle().destroyForcibly(); // the process method of that name would close our end of the pipe
            return acknowledgements
                    .lines()
                    .filter(line -> line.endsWith("."))
                    .mapToLong(line -> Long.parseLong(line.substring(0, line.length() - 1)))
                    .reduce(Long.parseLong(first.substring(0, first.length() - 1)), (previous, next) -> next);
        }
    }

    /** Replaces the ring for ever and prints each version once it is stored, as {@code 17.}. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) {
            Path folder = Path.of(args[0]);
            EncryptedFileStore store = new EncryptedFileStore(
                    folder.resolve("ring.jwe"), MasterKey.fromFile(folder.resolve("master.key")), KeyVault.inRing());
            KeyRing ring =
                    KeyRing.create(RotationPolicy.defaults(), KeyVault.inRing(), Instant.parse("2026-01-01T00:00:00Z"));
            long version = store.load().map(StoredRing::version).orElse(KeyRingStore.NONE);
            while (store.replace(version, new StoredRing(version + 1, ring))) {
                version++;
                System.out.println(version + ".");
            }
        }
    }
}
