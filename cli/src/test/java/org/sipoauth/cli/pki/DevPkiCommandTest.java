package org.sipoauth.cli.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.CommandRun;

class DevPkiCommandTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    @TempDir
    private Path folder;

    @Test
    void leavesChainToTheAuthority() throws Exception {
        assertThat(devPki("--out", folder.toString()).exit()).isZero();

        for (String leaf : List.of("node.crt", "edge.crt", "phone.crt")) {
            validate(certificate(leaf), NOW);
        }
    }

    @Test
    void leafOfAnotherAuthorityDoesNotChain() throws Exception {
        devPki("--out", folder.toString());
        Path other = folder.resolve("other");
        devPki("--out", other.toString());

        X509Certificate stranger = read(other.resolve("node.crt"));
        assertThatThrownBy(() -> validate(stranger, NOW)).isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void leafMayNotSignFurtherCertificates() throws Exception {
        devPki("--out", folder.toString());

        assertThat(certificate("ca.crt").getBasicConstraints()).isZero();
        assertThat(certificate("node.crt").getBasicConstraints()).isNegative();
        assertThat(certificate("node.crt").getKeyUsage()[5]).as("keyCertSign").isFalse();
    }

    @Test
    void nodeNamesLocalhostLoopbackAndGivenHosts() throws Exception {
        devPki("--out", folder.toString(), "--node", "node7", "--host", "sip.example.com", "--host", "192.0.2.7");

        X509Certificate node = certificate("node.crt");
        assertThat(node.getSubjectX500Principal().getName()).isEqualTo("CN=node7");
        assertThat(alternativeNames(node)).containsExactly("localhost", "127.0.0.1", "sip.example.com", "192.0.2.7");
    }

    @Test
    void edgeAndPhoneCarryTheirNames() throws Exception {
        devPki("--out", folder.toString());

        assertThat(certificate("edge.crt").getSubjectX500Principal().getName()).isEqualTo("CN=edge.example.com");
        assertThat(alternativeNames(certificate("edge.crt"))).containsExactly("edge.example.com");
        assertThat(certificate("phone.crt").getSubjectX500Principal().getName()).isEqualTo("CN=CSFALICE");
    }

    @Test
    void phoneCertificateIsNoServerCertificate() throws Exception {
        devPki("--out", folder.toString());

        assertThat(certificate("phone.crt").getExtendedKeyUsage()).containsExactly(CLIENT_AUTH);
        assertThat(certificate("node.crt").getExtendedKeyUsage()).contains(SERVER_AUTH);
        assertThat(certificate("edge.crt").getExtendedKeyUsage()).contains(CLIENT_AUTH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ca", "node", "edge", "phone"})
    void privateKeyFitsItsCertificateAndIsItsOwnersAlone(String name) throws Exception {
        devPki("--out", folder.toString());

        Path file = folder.resolve(name + ".key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(privateKey(file));
        signature.update(new byte[] {1, 2, 3});
        byte[] signed = signature.sign();
        X509Certificate certificate = certificate(name + ".crt");
        signature.initVerify(certificate.getPublicKey());
        signature.update(new byte[] {1, 2, 3});
        assertThat(signature.verify(signed)).isTrue();
        assertThat(((ECPublicKey) certificate.getPublicKey())
                        .getParams()
                        .getOrder()
                        .bitLength())
                .isEqualTo(256);
    }

    @Test
    void certificateEndsAfterTheGivenDays() throws Exception {
        devPki("--out", folder.toString(), "--days", "2");

        validate(certificate("node.crt"), NOW.plus(Duration.ofDays(2)).minusSeconds(1));
        assertThatThrownBy(() -> validate(
                        certificate("node.crt"), NOW.plus(Duration.ofDays(2)).plusSeconds(1)))
                .isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void saysWhatItWroteAndWhatFor() {
        CommandRun run = devPki("--out", folder.toString());

        assertThat(run.out())
                .contains("ca.crt", "ca.key", "node.crt", "node.key", "edge.crt", "edge.key", "phone.crt", "phone.key")
                .contains("For development only");
    }

    @Test
    void overwritesNothingAndWritesNothingBesideAnOldFile() throws Exception {
        Path old = folder.resolve("phone.key");
        Files.writeString(old, "precious");

        CommandRun run = devPki("--out", folder.toString());

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("phone.key is already there");
        assertThat(old).hasContent("precious");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(old);
        }
    }

    @Test
    void saysSoIfTheFolderCannotBeMade() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));

        CommandRun run = devPki("--out", file.resolve("below").toString());

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("cannot write to").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--host=not a host", "--host=-x.example.com", "--days=0", "--days=3651", "--node=", "--edge=*"})
    void refusesWhatCannotStandInACertificate(String option) {
        CommandRun run = devPki("--out", folder.toString(), option);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains(option.substring(0, option.indexOf('=')));
        assertThat(folder).isEmptyDirectory();
    }

    private static CommandRun devPki(String... options) {
        String[] args = Stream.concat(Stream.of("dev-pki"), Stream.of(options)).toArray(String[]::new);
        return CommandRun.of(new DevPkiCommand(InstantSource.fixed(NOW)), args);
    }

    private void validate(X509Certificate leaf, Instant at) throws Exception {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(certificate("ca.crt"), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf));
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
    }

    private X509Certificate certificate(String name) throws Exception {
        return read(folder.resolve(name));
    }

    private static X509Certificate read(Path file) throws Exception {
        try (InputStream pem = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
        }
    }

    private static PrivateKey privateKey(Path file) throws Exception {
        String base64 = Files.readString(file).replaceAll("-----[A-Z ]+-----", "");
        byte[] der = Base64.getMimeDecoder().decode(base64);
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private static List<String> alternativeNames(X509Certificate certificate) throws Exception {
        return certificate.getSubjectAlternativeNames().stream()
                .map(name -> (String) name.get(1))
                .toList();
    }
}
