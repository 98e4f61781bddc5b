package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an embedder gets. That it needs nothing beside it is held by the enforcer. */
class JarIT {
    private static final int MAX_BYTES = 150_000;

    @Test
    void isSmall() throws IOException {
        assertThat(Files.size(jar())).isLessThan(MAX_BYTES);
    }

    @Test
    void holdsOurClassesAndTheirModuleAlone() throws IOException {
        try (JarFile jar = new JarFile(jar().toFile())) {
            assertThat(jar.stream().filter(entry -> !entry.isDirectory()).map(entry -> entry.getName()))
                    .allMatch(name -> name.equals("META-INF/MANIFEST.MF")
                            || name.equals("module-info.class")
                            || name.matches("org/sipoauth/verifier/.*\\.class"));
        }
    }

    /** The annotations and Micrometer, which it was compiled with, are nothing that its embedders must have. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void compilesAndRunsWithNothingBesideIt(boolean asModule, @TempDir Path folder) throws Exception {
        Path main = Files.writeString(folder.resolve("Embedder.java"), """
                package embedder;

                import java.time.Duration;
                import org.sipoauth.verifier.Expectations;
                import org.sipoauth.verifier.TokenVerifier;
                import org.sipoauth.verifier.Verdict;
                import org.sipoauth.verifier.keys.KeySnapshot;

                class Embedder {
                    public static void main(String[] args) {
                        TokenVerifier verifier = new TokenVerifier(
                                new Expectations("https://issuer.example", "sip:example.com", Duration.ZERO), KeySnapshot::none);
                        Verdict verdict = verifier.verify("not a token");
                        System.out.print(verdict instanceof Verdict.Rejected rejected ? rejected.reason() : "accepted");
                    }
                }
                """);
        Path module = Files.writeString(
                folder.resolve("module-info.java"), "module embedder { requires org.sipoauth.verifier; }");
        String jar = jar().toAbsolutePath().toString();
        String classes = folder.resolve("classes").toString();
        List<String> compile = new ArrayList<>(List.of("javac", "-Xlint:all", "-Werror", "-d", classes));
        compile.addAll(asModule ? List.of("-p", jar, module.toString()) : List.of("-cp", jar));
        compile.add(main.toString());

        assertThat(output(compile)).isEmpty();
        String both = jar + File.pathSeparator + classes;
        assertThat(output(
                        asModule
                                ? List.of("java", "-p", both, "-m", "embedder/embedder.Embedder")
                                : List.of("java", "-cp", both, "embedder.Embedder")))
                .isEqualTo("MALFORMED");
    }

    /** Of one of this JDK's tools. */
    private static String output(List<String> command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(command);
        whole.set(
                0,
                Path.of(System.getProperty("java.home"), "bin", command.get(0)).toString());
        ProcessBuilder builder = new ProcessBuilder(whole).redirectErrorStream(true);
        builder.environment()
                .keySet()
                .removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "JDK_JAVAC_OPTIONS")); // each is told of
        Process tool = builder.start();
        String output = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tool.waitFor()).as(output).isZero();
        return output;
    }

    private static Path jar() throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of("target"), "token-verifier-lib-*.jar")) {
            List<Path> found = StreamSupport.stream(jars.spliterator(), false).toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }
}
