package org.sipoauth.authz.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.junit.jupiter.api.Assumptions;
import org.sipoauth.authz.LoopbackPorts;
import org.sipoauth.authz.TestCertificate;

/** Debian's OpenLDAP, in a folder and on a port of its own. */
final class OpenLdap implements AutoCloseable {
    private static final Path SCHEMAS = Path.of("/etc/ldap/schema");

    private final Path slapd;
    private final Path folder;
    private final int port;
    private Process process;

    private OpenLdap(Path slapd, Path folder, int port) {
        this.slapd = slapd;
        this.folder = folder;
        this.port = port;
    }

    /** Does not return where it is not installed: then the test is skipped, or fails if peers are required. */
    static OpenLdap start(Path folder, String searcherPassword, String entries) throws Exception {
        Optional<Path> slapd = Stream.of("/usr/sbin/slapd", "/usr/local/sbin/slapd")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        if (slapd.isEmpty()) {
            assertThat(Boolean.parseBoolean(System.getenv("SIPOAUTH_REQUIRE_PEERS")))
                    .as("slapd is not installed, and SIPOAUTH_REQUIRE_PEERS is set")
                    .isFalse();
            System.out.println("SKIPPED: slapd is not installed (Debian package: slapd)");
            Assumptions.abort("slapd is not installed");
        }
        OpenLdap server = new OpenLdap(slapd.orElseThrow(), folder, LoopbackPorts.free());
        server.prepare(searcherPassword, entries);
        server.start();
        return server;
    }

    String url() {
        return "ldaps://localhost:" + port;
    }

    Path trust() {
        return folder.resolve("node.crt");
    }

    private void prepare(String searcherPassword, String entries) throws Exception {
        TestCertificate certificate = TestCertificate.create();
        certificate.writeTo(folder);
        writeKeyForGnuTls(certificate);
        Files.createDirectories(folder.resolve("entries"));
        Files.writeString(folder.resolve("slapd.conf"), """
                include %1$s/core.schema
                include %1$s/cosine.schema
                include %1$s/inetorgperson.schema
                modulepath /usr/lib/ldap
                moduleload back_mdb
                pidfile %2$s/slapd.pid
                TLSCertificateFile %2$s/node.crt
                TLSCertificateKeyFile %2$s/slapd.key
                security ssf=128

                database mdb
                suffix "dc=example,dc=com"
                directory %2$s/entries
                rootdn "cn=searcher,dc=example,dc=com"
                rootpw "%3$s"
                access to attrs=userPassword by anonymous auth by * none
                access to * by * none
                """.formatted(SCHEMAS, folder, searcherPassword));
        Files.writeString(folder.resolve("entries.ldif"), entries);
        run(
                "slapadd",
                "-f",
                folder.resolve("slapd.conf").toString(),
                "-l",
                folder.resolve("entries.ldif").toString());
    }

    /** Which takes an EC key by SEC 1 alone, with all its optional parts, and not in PKCS #8. */
    private void writeKeyForGnuTls(TestCertificate certificate) throws IOException {
        SubjectPublicKeyInfo publicKey = SubjectPublicKeyInfo.getInstance(
                certificate.certificate().getPublicKey().getEncoded());
        try (PEMParser parser = new PEMParser(Files.newBufferedReader(folder.resolve("node.key")));
                PemWriter writer = new PemWriter(Files.newBufferedWriter(folder.resolve("slapd.key")))) {
            BigInteger key = ECPrivateKey.getInstance(((PrivateKeyInfo) parser.readObject()).parsePrivateKey())
                    .getKey();
            writer.writeObject(new PemObject(
                    "EC PRIVATE KEY",
                    new ECPrivateKey(
                                    256,
                                    key,
                                    publicKey.getPublicKeyData(),
                                    publicKey.getAlgorithm().getParameters())
                            .getEncoded()));
        }
    }

    /** As it was stopped, on the same port. */
    void start() throws IOException {
        process = new ProcessBuilder(
                        slapd.toString(),
                        "-f",
                        folder.resolve("slapd.conf").toString(),
                        "-h",
                        "ldaps://127.0.0.1:" + port,
                        "-d", // in the foreground, with what stops it
                        "stats")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("slapd.log").toFile())
                .start();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            assertThat(process.isAlive()).as(() -> "slapd runs: " + log()).isTrue();
            return hears();
        });
    }

    void stop() {
        process.destroy();
        process.onExit()
                .orTimeout(30, TimeUnit.SECONDS)
                .exceptionally(late -> process.destroyForcibly())
                .join();
    }

    /** Takes connections, and gives no answer, until it goes on. */
    void pause() throws Exception {
        run("/bin/kill", "-STOP", Long.toString(process.pid()));
    }

    void goOn() throws Exception {
        run("/bin/kill", "-CONT", Long.toString(process.pid()));
    }

    @Override
    public void close() {
        stop();
    }

    private void run(String program, String... arguments) throws Exception {
        String path = program.startsWith("/")
                ? program
                : slapd.resolveSibling(program).toString();
        Path output = folder.resolve("run.log");
        Process run = new ProcessBuilder(
                        Stream.concat(Stream.of(path), Stream.of(arguments)).toList())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(run.waitFor())
                .as(() -> List.of(arguments) + ": " + read(output))
                .isZero();
    }

    private boolean hears() {
        try (Socket connected = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            return connected.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private String log() {
        return read(folder.resolve("slapd.log"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
