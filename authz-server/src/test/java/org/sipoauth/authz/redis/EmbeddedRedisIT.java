package org.sipoauth.authz.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.settings.StartupRefused;

/** Real redis-servers: the one on the path where there is one, and the one we carry. */
class EmbeddedRedisIT {
    private static final String PATH = System.getenv("PATH");
    private static final String NO_PATH = "";

    @TempDir
    Path folder;

    @Test
    void keepsItsDataOverARestart() {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, PATH)) {
            ask(redis, commands -> commands.set("login", "alice"));
        }
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, PATH)) {
            assertThat(ask(redis, commands -> commands.get("login"))).isEqualTo("alice");
        }
    }

    @Test
    void runsTheBinaryItCarriesWhereThePathHasNone() {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, NO_PATH)) {
            assertThat(ask(redis, commands -> commands.info("server"))).contains("redis_version:6.2");
        }
    }

    @Test
    void syncsEveryWriteAndEvictsNothing() {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, PATH)) {
            assertThat(ask(redis, commands -> commands.configGet("appendfsync")))
                    .isEqualTo("{appendfsync=always}");
            assertThat(ask(redis, commands -> commands.configGet("maxmemory-policy")))
                    .isEqualTo("{maxmemory-policy=noeviction}");
        }
    }

    @Test
    void wantsItsPasswordAndListensOnLoopbackOnly() {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, PATH)) {
            assertThat(ask(redis, commands -> commands.configGet("bind"))).isEqualTo("{bind=127.0.0.1}");
            RedisURI withoutPassword = RedisURI.create("127.0.0.1", redis.port());
            assertThatThrownBy(() -> ask(withoutPassword, RedisCommands::ping))
                    .rootCause()
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageContaining("NOAUTH");
        }
    }

    @Test
    void writesItsPasswordNowhere() throws IOException {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, PATH)) {
            ask(redis, commands -> commands.set("login", "alice"));
            assertThat(redis.toString()).doesNotContain(redis.password());
            assertThat(ProcessHandle.of(recordedPid()).orElseThrow().info().commandLine())
                    .get()
                    .asString()
                    .doesNotContain(redis.password());
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                            .as(file.toString())
                            .doesNotContain(redis.password());
                }
            }
        }
    }

    @Test
    void keepsItsDataToItsOwner() throws IOException {
        Path data = folder.resolve("redis");
        assumeThat(data.getFileSystem().supportedFileAttributeViews()).contains("posix");

        EmbeddedRedis.start(data, PATH).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwx------");
    }

    @Test
    void refusesAFolderThatAnotherServerUses() {
        EmbeddedRedis first = EmbeddedRedis.start(folder, PATH);
        try (first) {
            assertThatThrownBy(() -> EmbeddedRedis.start(folder, PATH))
                    .isInstanceOf(StartupRefused.class)
                    .hasMessageContaining("in use by another running server");
            assertThat(ask(first, RedisCommands::ping)).isEqualTo("PONG");
        }
    }

    @Test
    void refusesAFolderThatIsAFile() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> EmbeddedRedis.start(file, PATH))
                .isInstanceOf(StartupRefused.class)
                .hasMessageContaining("cannot be used");
    }

    @Test
    void refusesDataOfALaterReleaseThanItHas() throws IOException {
        Files.createDirectory(folder.resolve("appendonlydir"));

        assertThatThrownBy(() -> EmbeddedRedis.start(folder, NO_PATH))
                .isInstanceOf(StartupRefused.class)
                .hasMessageContaining("written by Redis 7 or later");
    }

    @Test
    void saysWhatRedisSaidWhenItDoesNotStart() throws IOException {
        Files.writeString(folder.resolve("appendonly.aof"), "not an append-only file");

        assertThatThrownBy(() -> EmbeddedRedis.start(folder, NO_PATH))
                .isInstanceOf(StartupRefused.class)
                .hasMessageContaining("Bad file format");
        try (EmbeddedRedis redis = EmbeddedRedis.start(Files.createDirectory(folder.resolve("other")), NO_PATH)) {
            assertThat(ask(redis, RedisCommands::ping)).isEqualTo("PONG");
        }
    }

    @Test
    void startsAgainWhenItIsKilled() throws IOException {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, PATH)) {
            ask(redis, commands -> commands.set("login", "alice"));
            ProcessHandle killed = ProcessHandle.of(recordedPid()).orElseThrow();
            killed.destroyForcibly();

            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(() -> ask(redis, commands -> commands.get("login")), "alice"::equals);
            assertThat(killed.isAlive()).isFalse();
        }
    }

    /** Else a Ctrl-C would end it under the requests that the server still answers. */
    @Test
    void isOutOfTheTerminalsReach() throws IOException {
        assumeThat(Path.of("/usr/bin/setsid")).exists();
        assumeThat(Path.of("/proc/self/stat")).exists();
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, PATH)) {
            ask(redis, RedisCommands::ping);
            String[] status = Files.readString(Path.of("/proc", Long.toString(recordedPid()), "stat"))
                    .replaceFirst("^.*\\) ", "")
                    .split(" ");
            assertThat(status[3]).as("session").isEqualTo(Long.toString(recordedPid()));
        }
    }

    @Test
    void endsTheOneThatAKilledServerLeftBehind() throws Exception {
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Server.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = server.inputReader()) {
            assertThat(output.lines().anyMatch("started"::equals)).isTrue();
        } finally {
            server.destroyForcibly().waitFor();
        }
        ProcessHandle orphan = ProcessHandle.of(recordedPid()).orElseThrow();
        assertThat(orphan.isAlive()).isTrue();

        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, PATH)) {
            assertThat(orphan.isAlive()).isFalse();
            assertThat(ask(redis, commands -> commands.get("login"))).isEqualTo("alice");
        }
    }

    /** Writes one login, says so, and waits for its end. */
    static final class Server {
        public static void main(String[] args) throws InterruptedException {
            EmbeddedRedis redis = EmbeddedRedis.start(Path.of(args[0]), PATH);
            ask(redis, commands -> commands.set("login", "alice"));
            System.out.println("started");
            Thread.currentThread().join();
        }
    }

    @Test
    void leavesAlienProcessesAlone() throws IOException {
        Path sleep = Path.of("/bin/sleep");
        assumeThat(sleep).exists();
        Process alien = new ProcessBuilder(sleep.toString(), "600").start();
        try {
            Files.writeString(folder.resolve("redis.pid"), alien.pid() + "\n");
            EmbeddedRedis.start(folder, PATH).close();
            assertThat(alien.isAlive()).isTrue();
        } finally {
            alien.destroyForcibly();
        }
    }

    @Test
    void leavesTheRedisOfAnotherFolderAlone() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        try (EmbeddedRedis neighbour = EmbeddedRedis.start(other, PATH)) {
            Files.copy(other.resolve("redis.pid"), folder.resolve("redis.pid"));
            assumeThat(Path.of("/proc/self/cwd")).exists(); // elsewhere the time of its start decides

            EmbeddedRedis.start(folder, PATH).close();

            assertThat(ask(neighbour, RedisCommands::ping)).isEqualTo("PONG");
        }
    }

    private long recordedPid() throws IOException {
        return Long.parseLong(Files.readString(folder.resolve("redis.pid")).strip());
    }

    private static String ask(EmbeddedRedis redis, Function<RedisCommands<String, String>, Object> question) {
        RedisURI uri = RedisURI.create("127.0.0.1", redis.port());
        uri.setCredentialsProvider(RedisCredentialsProvider.from(
                () -> RedisCredentials.just(null, redis.password().toCharArray())));
        return ask(uri, question);
    }

    private static String ask(RedisURI uri, Function<RedisCommands<String, String>, Object> question) {
        try (RedisClient client = RedisClient.create(uri)) {
            return String.valueOf(question.apply(client.connect().sync()));
        }
    }
}
