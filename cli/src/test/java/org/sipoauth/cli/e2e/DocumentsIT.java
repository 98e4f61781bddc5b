package org.sipoauth.cli.e2e;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sipoauth.cli.CommandLoop;
import org.sipoauth.cli.Documents;
import org.sipoauth.cli.Documents.Block;
import org.sipoauth.cli.Documents.Script;
import org.sipoauth.cli.SipoauthMain;

/**
 * Runs the shell of every document as it stands there and in that order, against one server and one registrar, and compares
 * what a document prints with what came. {@code first-hour.md} starts its own, for {@link FirstHourIT}.
 *
 * <p>Other than as printed are the names and ports of machines, folders below {@code /etc}, {@code /var} and {@code /backup},
 * which lie below a folder of the test, what {@link #EXAMPLES} says for a document, that {@code sudo} is whoever runs
 * this, and that the {@code sipoauth} of a document is one Java for all of its commands.
 */
class DocumentsIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String DESK_PHONE = "SEP00005E005301";
    private static final String SECRET = "a-secret-of-the-test-alone-which-is-long-enough";

    /** What a block says it needs behind its fence, and who runs such blocks instead. */
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            entry("Maven", "the build that this test is part of; the quickstart by .ci/run and QuickstartIT"),
            entry("systemd", "another machine, as root: .ci/deployed units"),
            entry("Docker", "images: .ci/deployed containers, sentinel, cluster"),
            entry("kubectl", "a cluster: nobody; KubernetesManifestsTest reads what it applies"),
            entry("Redis", "a Redis of one's own: BackupIT"),
            entry("HAProxy", "a machine in front: LoadBalancerIT, with the same configuration"),
            entry("a minute", "a storm: StormIT, with the same options"),
            entry("a client's certificate", "a client of the operator's own: AdminApiTest"),
            entry("Kamailio", "stays in the foreground: EdgeIT starts it"),
            entry("the provider's jar", "Amazon's library: the benchmarks"),
            entry("JDK 25", "a JDK that need not be here: the benchmarks"));

    /**
     * They leave accounts and devices other than they found them; the last one signing keys that the registrar had no time to
     * read, so that no phone may register after it.
     */
    private static final List<String> LAST =
            List.of("docs/install.md", "docs/devices.md", "docs/people.md", "docs/key-rotation.md");

    /**
     * What a document takes for granted, and what stands in it for something of the operator's own.
     *
     * @param given shell that is run before the document's first command
     * @param written parts of its text, and what an operator writes instead
     */
    private record Example(String given, Map<String, String> written) {}

    private static final Map<String, Example> EXAMPLES = Map.ofEntries(
            entry(
                    "docs/audit.md",
                    new Example(
                            "cp \"$ROOT\"/var/lib/sipoauth/audit/verification-key-*.txt verification-key-Zm9vYmFy.txt",
                            Map.of())),
            entry(
                    "docs/authz-server.md",
                    new Example(
                            """
                            echo SEP00005E005301 >devices.csv
                            cp "$FACTORY"/phone.crt "$FACTORY"/phone.key .
                            new_code() { sipoauth activation create SEP00005E005301 --json | sed 's/.*"activation_code":"\\([0-9-]*\\)".*/\\1/'; }
                            """,
                            Map.of(
                                    "0123456789012345",
                                    "'\"$(new_code)\"'",
                                    "sipoauth mode disable", // what follows needs it
                                    "sipoauth mode disable\nsipoauth mode enable"))),
            entry(
                    "docs/backup.md",
                    new Example(
                            """
                            date() { echo 2026-11-26; }
                            mkdir -p "$ROOT/var/lib" "$ROOT/backup"
                            ln -s "$DATA" "$ROOT/var/lib/sip-oauth-server"
                            """,
                            Map.of(
                                    "deploy/restore.sh", // on another machine, where no server runs
                                    "rm \"$ROOT/var/lib/sip-oauth-server\"\ndeploy/restore.sh",
                                    "--owner sipoauth-server",
                                    "--owner \"$(id -un)\""))),
            entry("docs/devices.md", new Example("""
                            sipoauth device remove CSFALICE
                            sipoauth device remove SEP00005E005301
                            """, Map.of())),
            entry("docs/incidents.md", new Example("""
                            alice_signs_in
                            refresh() { curl --silent --data client_id=softphone --data grant_type=refresh_token --data "refresh_token=$1" "$ISSUER/oauth2/token"; }
                            next() { sed 's/.*"refresh_token":"\\([^"]*\\)".*/\\1/'; }
                            first=$(next <alice.json)
                            second=$(refresh "$first" | next)
                            third=$(refresh "$second" | next)
                            refresh "$third" >refreshed
                            refresh "$first" >replayed
                            """, Map.of())),
            entry("docs/install.md", new Example("""
                            mkdir -p "$ROOT/etc/sip-oauth"
                            sipoauth user remove alice
                            sipoauth device remove CSFALICE
                            """, Map.of("$(openssl rand -hex 32)", SECRET))),
            entry(
                    "docs/key-rotation.md",
                    new Example(
                            "",
                            Map.of(
                                    "sipoauth keys rotate --emergency --server", // which does nothing
                                    "refused sipoauth keys rotate --emergency --server"))),
            entry("docs/people.md", new Example("""
                            echo 'nine geese walk a long way home' >pw.txt
                            sipoauth user remove alice
                            sipoauth user remove bob
                            """, Map.of())),
            entry("docs/revocation.md", new Example("alice_signs_in", Map.of())));

    /** What the documents leave out after having said it once: where the server is, and who this is for it. */
    private static final String ENVIRONMENT = """
            set -Eeuo pipefail
            trap 'echo "the command that failed: $BASH_COMMAND" >&2' ERR
            sipoauth() {
              case "$1 ${2-}" in
                'audit verify' | 'edge check' | 'registrar status') set -- "$@" ;;
                *)
                  if [[ " $* " != *' --ring '* ]]; then
                    [[ " $* " == *' --trust '* ]] || set -- "$@" --trust ca.crt
                    [[ $1 == phone || " $* " == *' --server '* ]] || set -- "$@" --server "$ISSUER" --client-file data/admin-client.txt
                  fi
                  ;;
              esac
              printf '%s\\0' $# "$@" >&9
              local line
              while IFS= read -r line <&8; do
                if [[ $line == *$'\\x1e'* ]]; then
                  printf '%s' "${line%%$'\\x1e'*}"
                  return "${line##*$'\\x1e'}"
                fi
                printf '%s\\n' "$line"
              done
              return 1 # it has ended
            }
            coproc LOOP { exec "${SIPOAUTH[@]}"; }
            exec 8<&"${LOOP[0]}" 9>&"${LOOP[1]}" # which subshells have, too
            sudo() { "$@"; }
            refused() { if "$@"; then echo "not refused: $*"; exit 1; fi; }
            alice_signs_in() {
              sed -n 's/^alice://p' data/demo-passwords.txt >alice.password
              sipoauth phone register --once --provisioning "$PROVISIONING" --device CSFALICE --user alice --password-file alice.password --token-file alice.json
              SESSION=$(sipoauth sessions list --user alice | awk '!id && match($0, /s[0-9]+\\.[A-Za-z0-9_-]+/) { id = substr($0, RSTART, RLENGTH) } END { print id }')
            }
            """;

    private static final Pattern SESSION = Pattern.compile("s17\\.\\w*…");
    private static final Pattern ROOTED = Pattern.compile("(?<=[ ='\"(])/(?=(?:etc|var|backup)/)");

    /** In what a document prints: what is another each time. */
    private static final Pattern VARIABLE = Pattern.compile(
            "(?<session>s17\\.\\w*…)|(?<any>…)|(?<code>\\b[A-Z]{4}-[A-Z]{4}\\b)|(?<id>[\\w-]{40,})|(?<number>[0-9]+)|(?<blank>\\s+)");

    @TempDir
    private static Path shared;

    private static Path factory;
    private static Platform platform;
    private static Map<String, String> ports;
    private static int mutualTlsPort;

    @TempDir
    private Path folder;

    static List<String> documents() throws Exception {
        List<String> documents = new ArrayList<>();
        for (String document : Documents.names()) {
            if (!document.equals("docs/first-hour.md")
                    && Documents.blocks(document).stream().anyMatch(DocumentsIT::isRun)) {
                documents.add(document);
            }
        }
        documents.sort(Comparator.comparing(LAST::indexOf));
        return documents;
    }

    private static boolean isRun(Block block) {
        return !block.scripts().isEmpty() && block.needs().isEmpty();
    }

    @BeforeAll
    static void start() throws Exception {
        Peer.CURL.path();
        factory = shared.resolve("factory");
        assertThat(SipoauthMain.commandLine().execute("dev-pki", "--out", factory.toString(), "--phone", DESK_PHONE))
                .isZero();
        mutualTlsPort = LoopbackPorts.free();
        platform = Platform.start(
                shared,
                "edge.example.com",
                List.of(
                        "--sipoauth.audit.folder=" + shared.resolve("root/var/lib/sipoauth/audit"),
                        "--sipoauth.mutual-tls.port=" + mutualTlsPort,
                        "--sipoauth.manufacturers[0].name=acme",
                        "--sipoauth.manufacturers[0].authorities=" + factory.resolve("ca.crt"),
                        "--sipoauth.manufacturers[0].common-name=(SEP[0-9A-F]{12})",
                        "--sipoauth.clients[0].id=operations",
                        "--sipoauth.clients[0].secret-hash={sha256}" + sha256(SECRET),
                        "--sipoauth.clients[0].grant-types=client_credentials",
                        "--sipoauth.clients[0].scopes=admin",
                        // the shortest there are: the documents rotate without a wait
                        "--sipoauth.keys.propagation=1ms",
                        "--sipoauth.keys.verifier-refresh=1ms",
                        "--sipoauth.keys.jwk-set-max-age=0s"),
                List.of("--edges=edge.example.com", "--hosts=" + String.join(",", Platform.HOSTS)));
        ports = Map.of(
                ":8443", ":" + platform.issuer().getPort(),
                ":8444", ":" + mutualTlsPort,
                ":6970", ":" + platform.provisioning().getPort(),
                ":5090", ":" + platform.oauthPort(),
                ":5091", ":" + platform.edgePort());
        Files.writeString(shared.resolve("hosts"), "127.0.0.1 localhost " + String.join(" ", Platform.HOSTS) + "\n");
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void doesWhatItSays(String document) throws Exception {
        Example example = EXAMPLES.getOrDefault(document, new Example("", Map.of()));
        StringBuilder shell = new StringBuilder(ENVIRONMENT + example.given() + "\n");
        Map<Path, Script> printed = new LinkedHashMap<>();
        String all = "";
        for (Block block : Documents.blocks(document)) {
            for (Script script : isRun(block) ? block.scripts() : List.<Script>of()) {
                shell.append("echo '# " + block + "'\n");
                all += script.typed();
                String typed = written(example, script.typed());
                if (script.printed().isEmpty()) {
                    shell.append(typed);
                } else {
                    Path output = folder.resolve("printed." + printed.size());
                    printed.put(output, script);
                    shell.append("{\n" + typed + "} >" + output + "\ncat " + output + "\n");
                }
            }
        }
        for (String part : example.written().keySet()) {
            assertThat(all).as("what stands for something else in " + document).contains(part);
        }

        run(document, shell.toString());
        for (Map.Entry<Path, Script> answer : printed.entrySet()) {
            assertPrinted(answer.getValue(), Files.readString(answer.getKey()).strip());
        }
    }

    private static void assertPrinted(Script script, String actual) throws IOException {
        if (!script.printed().startsWith("{")) {
            assertThat(actual).as(script.typed()).matches(shape(script.printed()));
            return;
        }
        Map<?, ?> expected = new ObjectMapper().readValue(script.printed(), Map.class);
        Map<?, ?> answered = new ObjectMapper().readValue(actual, Map.class);
        assertThat(answered.keySet()).as(script.typed() + actual).isEqualTo(expected.keySet());
        expected.forEach((name, value) -> assertThat(String.valueOf(answered.get(name)))
                .as(script.typed())
                .matches(shape(value.toString())));
    }

    /** How to start {@code sipoauth}, which finds the documents' names of machines here. */
    private static String sipoauth() throws URISyntaxException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(Platform.JAVA_OPTIONS);
        command.add("-Djdk.net.hosts.file=" + shared.resolve("hosts"));
        Path tests = Path.of(CommandLoop.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        command.addAll(List.of(
                "-cp",
                Repository.file("cli/target/sipoauth.jar") + File.pathSeparator + tests,
                CommandLoop.class.getName()));
        return String.join(" ", command);
    }

    private void run(String document, String shell) throws Exception {
        for (String file : List.of("ca.crt", "edge.crt", "edge.key")) {
            Files.createSymbolicLink(folder.resolve(file), platform.pki().resolve(file));
        }
        Files.createSymbolicLink(folder.resolve("data"), platform.data());
        Files.createSymbolicLink(folder.resolve("deploy"), Repository.file("deploy"));
        Path script = Files.writeString(folder.resolve("document.sh"), shell);
        Map<String, Object> variables = Map.of(
                "ROOT", shared.resolve("root"),
                "DATA", platform.data(),
                "FACTORY", factory,
                "ISSUER", platform.issuer(),
                "PROVISIONING", platform.provisioning(),
                "CURL_CA_BUNDLE", platform.authority());
        Path environment = Files.writeString(
                folder.resolve("environment"),
                variables.entrySet().stream()
                                .map(variable -> "export " + variable.getKey() + "='" + variable.getValue() + "'\n")
                                .collect(Collectors.joining())
                        + "SIPOAUTH=(" + sipoauth() + ")\n");
        try (ChildProcess bash = ChildProcess.start(
                document, folder, List.of(Peer.BASH.path(), "-c", ". " + environment + "; . " + script))) {
            assertThat(bash.awaitExit(LIMIT)).as(bash.output()).isZero();
        }
    }

    /** What an operator would type for what the document prints. */
    private static String written(Example example, String printed) {
        String typed = printed;
        for (Map.Entry<String, String> part : example.written().entrySet()) {
            typed = typed.replace(part.getKey(), part.getValue());
        }
        typed = typed.replace(
                "--server … --client-file … --trust …",
                "--server https://localhost:8443 --client-file data/admin-client.txt --trust ca.crt");
        for (Map.Entry<String, String> port : ports.entrySet()) {
            typed = typed.replace(port.getKey(), port.getValue());
        }
        return ROOTED.matcher(SESSION.matcher(typed).replaceAll("\"\\$SESSION\""))
                .replaceAll("\"\\$ROOT\"/");
    }

    /** Matches what has the same words, and of numbers, codes and identifiers others of their kind. */
    private static Pattern shape(String printed) {
        StringBuilder shape = new StringBuilder();
        Matcher part = VARIABLE.matcher(printed.strip());
        int end = 0;
        while (part.find()) {
            shape.append(Pattern.quote(printed.strip().substring(end, part.start())));
            shape.append(
                    part.group("session") != null
                            ? "s[0-9]+\\.[\\w-]+"
                            : part.group("any") != null
                                    ? ".*"
                                    : part.group("code") != null
                                            ? "[A-Z]{4}-[A-Z]{4}"
                                            : part.group("id") != null
                                                    ? "[\\w-]{40,}"
                                                    : part.group("number") != null ? "[0-9]+" : "\\s*");
            end = part.end();
        }
        return Pattern.compile(shape + Pattern.quote(printed.strip().substring(end)));
    }

    private static String sha256(String secret) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Every block is run here, or says behind its fence what it needs, and that is one of those that are run elsewhere. */
    @Test
    void whatIsNotRunSaysWhatItNeeds() throws Exception {
        Set<String> needed = new TreeSet<>();
        for (String document : Documents.names()) {
            for (Block block : Documents.blocks(document)) {
                if (!block.scripts().isEmpty() && !block.needs().isEmpty()) {
                    needed.add(block.needs());
                    assertThat(ELSEWHERE).as(block.toString()).containsKey(block.needs());
                    System.out.println("not run: " + block + ", which needs " + block.needs() + "; "
                            + ELSEWHERE.get(block.needs()));
                }
            }
        }
        assertThat(needed).isEqualTo(ELSEWHERE.keySet());
    }
}
