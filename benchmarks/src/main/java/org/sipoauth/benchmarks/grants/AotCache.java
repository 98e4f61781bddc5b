package org.sipoauth.benchmarks.grants;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sipoauth.benchmarks.platform.Workplace;

/** This project's server laid out with an ahead-of-time cache (JDK 25), in the way that the manual tells. */
final class AotCache {
    static final String MAIN = "org.sipoauth.authz.AuthzServerApplication";

    private final Path jar;
    private final Path cache;

    private AotCache(Path folder) {
        this.jar = folder.resolve("app/authz-server.jar");
        this.cache = folder.resolve("authz-server.aot");
    }

    /** @param javaOptions those of the server: a cache is for one collector and one layout of objects */
    static AotCache make(Workplace workplace, List<String> javaOptions) throws IOException, InterruptedException {
        AotCache made = new AotCache(workplace.folder());
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> extract = List.of(
                java,
                "-Djarmode=tools",
                "-jar",
                Workplace.built("authz-server/target/authz-server.jar").toString(),
                "extract",
                "--destination",
                "app");
        try (ServerProcess process = ServerProcess.start(workplace.folder(), "extract", Map.of(), extract)) {
            process.awaitSuccess();
        }
        int management = workplace.freePort();
        List<String> training = new ArrayList<>(List.of(java));
        training.addAll(javaOptions);
        training.addAll(List.of(
                "-XX:AOTCacheOutput=" + made.cache,
                "-cp",
                made.jar.toString(),
                MAIN,
                "--spring.profiles.active=demo",
                "--sipoauth.insecure-plain-http=true",
                "--server.address=127.0.0.1",
                "--server.port=" + workplace.freePort(),
                "--management.server.port=" + management,
                "--sipoauth.provisioning.port=" + workplace.freePort(),
                "--sipoauth.data-dir=training"));
        URI ready = URI.create("http://127.0.0.1:" + management + "/actuator/health/readiness");
        try (ServerProcess server = ServerProcess.start(workplace.folder(), "training", Map.of(), training)) {
            server.awaitReady(ready);
            server.stop(); // the cache is written while it ends
        }
        if (!Files.exists(made.cache)) {
            throw new IOException("the training left no " + made.cache);
        }
        return made;
    }

    /** The server's, before the class path. */
    String javaOption() {
        return "-XX:AOTCache=" + cache;
    }

    /** First in the class path; others may follow. */
    Path jar() {
        return jar;
    }
}
