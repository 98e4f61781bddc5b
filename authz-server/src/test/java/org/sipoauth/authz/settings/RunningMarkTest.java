package org.sipoauth.authz.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningMarkTest {
    @TempDir
    private Path folder;

    @Test
    void refusesASecondServerOnTheSameFolderForAsLongAsTheFirstRuns() throws IOException {
        try (RunningMark first = new RunningMark(new DataDirectory(folder))) {
            assertThat(first.folder()).hasToString(folder.toString());
            assertThatThrownBy(() -> new RunningMark(new DataDirectory(folder)))
                    .isInstanceOf(StartupRefused.class)
                    .hasMessage("The data folder " + folder + " is in use by another running server.")
                    .asInstanceOf(InstanceOfAssertFactories.type(StartupRefused.class))
                    .satisfies(
                            refusal -> assertThat(refusal.action()).contains("--sipoauth.data-dir=", "share a Redis"));
        }

        assertThatCode(() -> new RunningMark(new DataDirectory(folder)).close()).doesNotThrowAnyException();
    }

    /** As after kill -9. */
    @Test
    void startsWhereAServerLeftItsFile() throws IOException {
        Files.createFile(folder.resolve(RunningMark.FILE));

        assertThatCode(() -> new RunningMark(new DataDirectory(folder)).close()).doesNotThrowAnyException();
    }
}
