package org.sipoauth.registrar.sip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever reads a cause in the log finds it in the manual. */
class CauseManualTest {
    @ParameterizedTest
    @EnumSource
    void everyCauseIsInTheManual(Parsed.Cause cause) throws IOException {
        assertThat(Files.readString(Path.of("..", "docs", "registrar.md"))).contains("`" + cause.label() + "`");
    }
}
