package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code backup.sh} and {@code restore.sh} do with a data folder; that phones go on with it is {@link BackupIT}'s. */
class BackupScriptsTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private Path data;
    private Path backup;

    @BeforeEach
    void makeAFolder() throws IOException {
        data = folder.resolve("data");
        backup = folder.resolve("backup.tar");
        write("redis/appendonly.aof", "a log");
        write("keyring.jwe", "a ring");
        write("keyring.jwe.lock", "");
        write("admin-client.txt", "admin:secret");
        write("status-lists/1", "a list");
        write("status-lists/2", "a list that ends");
        write("status-lists/3.new", "a list that is being written");
        write("server.lock", "");
    }

    /** The server writes a file beside it and renames it, and removes lists that have ended, while the backup is taken. */
    @Test
    void whatGoesWhileItIsTakenIsNotInIt() throws Exception {
        Path copy = Files.writeString(
                Files.createDirectories(folder.resolve("bin")).resolve("cp"),
                "#!/bin/bash\n[[ $2 != */status-lists/2 ]] || rm \"$2\"\nPATH=${PATH#*:} exec cp \"$@\"\n");
        assertThat(copy.toFile().setExecutable(true)).isTrue();

        assertThat(bash("PATH=" + copy.getParent() + ":$PATH " + Repository.file("deploy/backup.sh") + " --data " + data
                        + " --to " + backup + " --without-master-key"))
                .isZero();

        data = folder.resolve("elsewhere");
        assertThat(restore()).isZero();
        assertThat(data.resolve("keyring.jwe")).hasContent("a ring");
        assertThat(data.resolve("redis/appendonly.aof")).hasContent("a log");
        try (var lists = Files.list(data.resolve("status-lists"))) {
            assertThat(lists.map(list -> list.getFileName().toString())).containsExactly("1");
        }
        try (var all = Files.list(data)) {
            assertThat(all.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("redis", "keyring.jwe", "admin-client.txt", "status-lists");
        }
    }

    @Test
    void aFileThatCannotBeReadIsNotLeftOut() throws Exception {
        Path copy = Files.writeString(
                Files.createDirectories(folder.resolve("bin")).resolve("cp"),
                "#!/bin/bash\n[[ $2 != */status-lists/2 ]] || exit 1\nPATH=${PATH#*:} exec cp \"$@\"\n");
        assertThat(copy.toFile().setExecutable(true)).isTrue();

        assertThat(bash("PATH=" + copy.getParent() + ":$PATH " + Repository.file("deploy/backup.sh") + " --data " + data
                        + " --to " + backup + " --without-master-key"))
                .isEqualTo(1);

        assertThat(backup).doesNotExist();
    }

    /** Whichever Redis it uses: the server has the file open. */
    @Test
    void nothingIsRestoredOverARunningServer() throws Exception {
        assertThat(backup()).isZero();

        try (FileChannel running = FileChannel.open(data.resolve("server.lock"), StandardOpenOption.WRITE)) {
            assertThat(running.isOpen()).isTrue();
            assertThat(restore()).isEqualTo(2);
        }
        assertThat(data.resolve("keyring.jwe.lock")).exists();
        assertThat(folder.resolve("data.before-restore")).doesNotExist();

        assertThat(restore()).isZero();
        assertThat(folder.resolve("data.before-restore/keyring.jwe.lock")).exists();
    }

    /** Who may not look into its process would see no server. */
    @Test
    void nothingIsRestoredByWhoCouldNotSeeAServerRun() throws Exception {
        assertThat(backup()).isZero();
        Path id = Files.writeString(
                Files.createDirectories(folder.resolve("bin")).resolve("id"), "#!/bin/bash\necho 4242\n");
        assertThat(id.toFile().setExecutable(true)).isTrue();

        assertThat(bash("PATH=" + id.getParent() + ":$PATH " + Repository.file("deploy/restore.sh") + " --from "
                        + backup + " --data " + data))
                .isEqualTo(2);

        assertThat(folder.resolve("data.before-restore")).doesNotExist();
    }

    @Test
    void aDamagedBackupRestoresNothing() throws Exception {
        assertThat(backup()).isZero();
        byte[] archive = Files.readAllBytes(backup);
        int content = new String(archive, StandardCharsets.ISO_8859_1).indexOf("admin:secret");
        archive[content] ^= 1;
        Files.write(backup, archive);

        assertThat(restore()).isEqualTo(1);

        assertThat(folder.resolve("data.before-restore")).doesNotExist();
    }

    private int backup() throws InterruptedException {
        return bash(
                Repository.file("deploy/backup.sh") + " --data " + data + " --to " + backup + " --without-master-key");
    }

    private int restore() throws InterruptedException {
        return bash(Repository.file("deploy/restore.sh") + " --from " + backup + " --data " + data);
    }

    private int bash(String command) throws InterruptedException {
        try (ChildProcess process = ChildProcess.start("bash", folder, List.of(Peer.BASH.path(), "-c", command))) {
            int exit = process.awaitExit(LIMIT);
            System.out.println(process.output());
            return exit;
        }
    }

    private void write(String name, String content) throws IOException {
        Path file = data.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
