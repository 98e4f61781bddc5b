package org.sipoauth.cli.pki;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.util.IPAddress;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.files.PrivateFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes a certificate authority and three certificates, enough to run and test everything on one machine. */
@Command(
        name = "dev-pki",
        description = {
            "Makes a certificate authority for development, and certificates for a node, an edge and a phone.",
            "EC P-256, PEM, private keys readable by their owner alone and not encrypted. Never overwrites a file.",
            "Not for production: the authority's key lies beside what it signed."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all files were written",
            "1:nothing was written: a file is already there, or the folder cannot be written",
            "2:wrong usage"
        })
public final class DevPkiCommand implements Callable<Integer> {
    private static final int LONGEST_COMMON_NAME = 64; // RFC 5280 appendix A.1, ub-common-name
    private static final int LONGEST_VALIDITY_DAYS = 3650;
    private static final Pattern DNS_NAME = Pattern.compile(
            "(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");

    private final InstantSource clock;

    @Spec
    private CommandSpec spec;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for the files; made if absent.")
    private Path out;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            defaultValue = "node1",
            description = "Common name of the node's certificate (default: ${DEFAULT-VALUE}).")
    private String node;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description =
                    "A further host name or IP address of the node; repeatable. localhost and 127.0.0.1 are always in.")
    private List<String> hosts = new ArrayList<>();

    @Option(
            names = "--edge",
            paramLabel = "HOST",
            defaultValue = "edge.example.com",
            description = "Host name of the edge (default: ${DEFAULT-VALUE}).")
    private String edge;

    @Option(
            names = "--phone",
            paramLabel = "NAME",
            defaultValue = "CSFALICE",
            description = "Device name of the phone (default: ${DEFAULT-VALUE}).")
    private String phone;

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "365",
            description = "Days until all four certificates expire, at most " + LONGEST_VALIDITY_DAYS
                    + " (default: ${DEFAULT-VALUE}).")
    private int days;

    public DevPkiCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() {
        requireCommonName("--node", node);
        requireCommonName("--phone", phone);
        requireCommonName("--edge", edge);
        require(DNS_NAME.matcher(edge).matches(), "--edge: not a host name: " + edge);
        require(days >= 1 && days <= LONGEST_VALIDITY_DAYS, "--days: from 1 to " + LONGEST_VALIDITY_DAYS);
        List<PemFile> files = make(nodeNames());
        write(files);
        report(files);
        return ExitCodes.OK;
    }

    private List<PemFile> make(List<GeneralName> nodeNames) {
        LocalAuthority authority =
                LocalAuthority.create("sip-oauth development CA", clock.instant(), Duration.ofDays(days));
        LocalAuthority.Issued nodeCertificate =
                authority.issue(node, nodeNames, KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);
        LocalAuthority.Issued edgeCertificate = authority.issue(
                edge,
                List.of(new GeneralName(GeneralName.dNSName, edge)),
                KeyPurposeId.id_kp_serverAuth,
                KeyPurposeId.id_kp_clientAuth);
        LocalAuthority.Issued phoneCertificate = authority.issue(phone, List.of(), KeyPurposeId.id_kp_clientAuth);

        List<PemFile> files = new ArrayList<>();
        addPair(files, "ca", authority.root(), "the authority: give it to phones, registrar and edge to trust");
        addPair(files, "node", nodeCertificate, "the TLS certificate of authorization server and registrar");
        addPair(files, "edge", edgeCertificate, "the edge's certificate, for mutual TLS to the registrar");
        addPair(files, "phone", phoneCertificate, "a phone's own certificate, for certificate-bound tokens");
        return files;
    }

    private static void addPair(List<PemFile> files, String name, LocalAuthority.Issued issued, String purpose) {
        try {
            files.add(PemFile.certificate(name + ".crt", issued.certificate().getEncoded(), purpose));
        } catch (IOException broken) {
            throw new IllegalStateException("a certificate just made has no encoding", broken);
        }
        files.add(PemFile.privateKey(name + ".key", issued.keys().getPrivate().getEncoded(), "its private key"));
    }

    /** All files or none: what is already there is looked for first, and what was begun is taken back. */
    private void write(List<PemFile> files) {
        List<Path> written = new ArrayList<>();
        try {
            Files.createDirectories(out);
            for (PemFile file : files) {
                Path path = out.resolve(file.name());
                if (Files.exists(path)) {
                    throw new FileAlreadyExistsException(path.toString());
                }
            }
            for (PemFile file : files) {
                Path path = out.resolve(file.name());
                file.write(path);
                written.add(path);
            }
        } catch (FileAlreadyExistsException there) {
            takeBack(written);
            throw new CommandFailure(
                    ExitCodes.NO,
                    there.getMessage() + " is already there, and is not overwritten",
                    "Choose another folder with --out, or move the old files away.");
        } catch (IOException failed) {
            takeBack(written);
            throw new CommandFailure(
                    ExitCodes.NO,
                    "cannot write to " + out + ": " + failed,
                    "Check that the folder may be written and has room.");
        }
    }

    private void takeBack(List<Path> written) {
        for (Path path : written) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException left) {
                spec.commandLine().getErr().println("sipoauth: could not remove " + path + " again: " + left);
            }
        }
    }

    private void report(List<PemFile> files) {
        PrintWriter console = spec.commandLine().getOut();
        console.printf("Wrote to %s, valid for %d %s:%n", out, days, days == 1 ? "day" : "days");
        for (PemFile file : files) {
            console.printf("  %-10s %s%n", file.name(), file.purpose());
        }
        console.println("For development only. Whoever can read ca.key can be any host that trusts ca.crt.");
    }

    private List<GeneralName> nodeNames() {
        Set<String> names = new LinkedHashSet<>(List.of("localhost", "127.0.0.1"));
        names.addAll(hosts);
        return names.stream().map(this::alternativeName).toList();
    }

    private GeneralName alternativeName(String host) {
        if (IPAddress.isValid(host)) {
            return new GeneralName(GeneralName.iPAddress, host);
        }
        require(DNS_NAME.matcher(host).matches(), "--host: neither a host name nor an IP address: " + host);
        return new GeneralName(GeneralName.dNSName, host);
    }

    private void requireCommonName(String option, String name) {
        boolean fits = !name.isBlank() && name.length() <= LONGEST_COMMON_NAME;
        require(fits, option + ": from 1 to " + LONGEST_COMMON_NAME + " characters");
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private record PemFile(String name, String label, byte[] der, String purpose) {
        private static final Base64.Encoder LINES_OF_64 = Base64.getMimeEncoder(64, new byte[] {'\n'});

        static PemFile certificate(String name, byte[] der, String purpose) {
            return new PemFile(name, "CERTIFICATE", der, purpose);
        }

        static PemFile privateKey(String name, byte[] der, String purpose) {
            return new PemFile(name, "PRIVATE KEY", der, purpose);
        }

        void write(Path path) throws IOException {
            String pem = "-----BEGIN " + label + "-----\n" + LINES_OF_64.encodeToString(der) + "\n-----END " + label
                    + "-----\n";
            byte[] content = pem.getBytes(StandardCharsets.US_ASCII);
            if (label.equals("PRIVATE KEY")) {
                PrivateFiles.create(path, content);
            } else {
                Files.write(path, content, StandardOpenOption.CREATE_NEW);
            }
        }

        /** Without the content, which may be a private key. */
        @Override
        public String toString() {
            return name;
        }
    }
}
