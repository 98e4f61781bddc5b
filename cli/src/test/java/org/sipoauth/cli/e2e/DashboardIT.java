package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The dashboard by the schema that Grafana itself is built with: every field is one that its dashboards, and its panels of that
 * kind, have. What they mean is {@link DashboardTest}'s; how they look only Grafana shows, which Debian does not have.
 */
class DashboardIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @TempDir
    private Path folder;

    private String dashboard;

    @BeforeEach
    void installTheSchema() throws Exception {
        for (String file : List.of("package.json", "package-lock.json", "dashboard.ts")) {
            Files.copy(Repository.file("cli/src/test/resources/grafana/" + file), folder.resolve(file));
        }
        NodePackages.install(folder);
        dashboard = Files.readString(Repository.file("deploy/observability/grafana/dashboards/sip-oauth.json"));
    }

    @Test
    void hasNothingThatGrafanaDoesNotKnow() throws Exception {
        assertThat(complaints(dashboard)).isEmpty();
        assertThat(complaints(dashboard
                        .replaceFirst("\"unit\"", "\"unti\"")
                        .replaceFirst("\"placement\": \"bottom\"", "\"placement\": \"below\"")))
                .contains("'\"unti\"' does not exist", "'\"below\"' is not assignable");
    }

    private String complaints(String json) throws Exception {
        Files.writeString(
                folder.resolve("file.ts"),
                "import type { Dashboard } from './dashboard';\nexport const dashboard: Dashboard = " + json + ";\n");
        List<String> check = List.of(
                Peer.NODE.path(),
                "node_modules/typescript/bin/tsc",
                "--noEmit",
                "--strict",
                "--module",
                "esnext",
                "--moduleResolution",
                "bundler",
                "file.ts");
        try (ChildProcess tsc = ChildProcess.start("tsc", folder, check)) {
            int exit = tsc.awaitExit(LIMIT);
            assertThat(exit == 0).as(tsc.output()).isEqualTo(tsc.output().isEmpty());
            return tsc.output();
        }
    }
}
