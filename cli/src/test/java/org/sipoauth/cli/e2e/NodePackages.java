package org.sipoauth.cli.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Packages for Node.js in the versions of a package-lock.json: from npm's cache, or the registry. */
final class NodePackages {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private NodePackages() {}

    /** Installs into a folder that holds package.json and package-lock.json; ends the test where that cannot be done. */
    static void install(Path folder) throws InterruptedException {
        List<String> install = List.of(
                Peer.NPM.path(),
                "ci",
                "--prefer-offline",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--fetch-retries=3",
                "--fetch-timeout=10000"); // ms
        try (ChildProcess npm = ChildProcess.start("npm", folder, install)) {
            if (npm.awaitExit(LIMIT) != 0) {
                Peer.NPM.absent("npm cannot install what " + folder.getFileName() + " needs: " + npm.output());
            }
        }
    }
}
