package org.sipoauth.cli.keys;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes public keys in the forms that verifiers in other languages read. */
@Command(
        name = "export",
        description = "Writes the public signing keys for verifiers in other languages: jwks.json with all of them, and"
                + " <kid>.pem for each (SubjectPublicKeyInfo). An older jwks.json is replaced; a .pem never changes.")
final class ExportCommand implements Callable<Integer> {
    private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100"); // RFC 8410 §4

    private final InstantSource clock;

    @Spec
    private CommandSpec spec;

    @Mixin
    private KeyOptions options;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "An existing folder.")
    private Path out;

    ExportCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        String jwkSet = options.open(clock).jwkSet();
        try {
            Path newSet = Files.createTempFile(out, "jwks", ".new");
            Files.writeString(newSet, jwkSet + "\n");
            Files.move(newSet, report("jwks.json"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            for (JWK jwk : JWKSet.parse(jwkSet).getKeys()) {
                writeOnce(report(jwk.getKeyID() + ".pem"), pem(jwk));
            }
            return ExitCodes.OK;
        } catch (IOException unwritable) {
            throw new CommandFailure(
                    ExitCodes.NO, "cannot write to " + out + ": " + unwritable, "Name an existing folder with --out.");
        } catch (ParseException | JOSEException unusable) {
            throw new CommandFailure(
                    ExitCodes.NO, "the keys are not a JWK Set this release knows", "Check --server or --ring.");
        }
    }

    private Path report(String name) {
        Path file = out.resolve(name);
        spec.commandLine().getOut().println(file);
        return file;
    }

    private static void writeOnce(Path file, String pem) throws IOException {
        try {
            Files.writeString(file, pem, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException sameKey) {
            if (!Files.readString(file).equals(pem)) { // a kid is a thumbprint: another key cannot have it
                throw sameKey;
            }
        }
    }

    private static String pem(JWK jwk) throws JOSEException {
        byte[] encoded = jwk instanceof OctetKeyPair pair
                ? HexFormat.of()
                        .parseHex(HexFormat.of().formatHex(ED25519_PREFIX)
                                + HexFormat.of().formatHex(pair.getDecodedX()))
                : ((AsymmetricJWK) jwk).toPublicKey().getEncoded();
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(encoded);
        return "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
    }
}
