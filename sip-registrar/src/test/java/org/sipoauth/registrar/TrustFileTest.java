package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustFileTest {
    @Test
    void tellsOnceThatItCannotBeUsedUntilItCanAgain(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("ca.crt");
        TestPki pki = new TestPki("test CA");
        pki.writeAuthority(file);
        TrustFile trust = TrustFile.of(Setting.JWKS_TRUST, file);
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            for (int outage = 1; outage <= 2; outage++) {
                Files.delete(file);
                for (int connection = 0; connection < 3; connection++) {
                    assertThat(trust.getAcceptedIssuers()).as("of before").hasSize(1);
                }
                assertThat(log.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains("cannot use")))
                        .hasSize(outage);
                pki.writeAuthority(file);
                assertThat(trust.getAcceptedIssuers()).hasSize(1);
            }
        } finally {
            System.setErr(before);
        }
    }
}
