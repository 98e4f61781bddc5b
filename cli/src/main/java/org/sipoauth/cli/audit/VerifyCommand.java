package org.sipoauth.cli.audit;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds out whether a server's audit files are as it wrote them. */
@Command(
        name = "verify",
        description = {
            "Finds out whether the audit files of a server are as it wrote them: a record that was changed, removed or moved"
                    + " shows. What was cut off at the end shows only with an anchor, the last record of an earlier run or of"
                    + " the metric sipoauth_audit_file_sequence."
        })
final class VerifyCommand implements Callable<Integer> {
    private static final Pattern ANCHOR = Pattern.compile("([1-9]\\d{0,17})(?::([\\w-]{43}))?");
    private static final Pattern KEY = Pattern.compile("[\\w-]+ ([\\w-]{43})");
    private static final Set<String> REMARKABLE =
            Set.of("audit_dropped", "audit_recovered", "audit_chain_broken", "audit_file_removed");

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "The files of one chain, or a folder of them: audit-*.jsonl.")
    private List<Path> given = new ArrayList<>();

    @Option(
            names = "--key-file",
            required = true,
            paramLabel = "FILE",
            description = "The verification-key-*.txt that the server made when the chain began.")
    private Path keyFile;

    @Option(
            names = "--anchor",
            paramLabel = "SEQ[:MAC]",
            description = "A record that must be there, as an earlier run printed it.")
    private @Nullable String anchor;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** The first record, whether the anchor was met, and what the server itself has to say. */
    private long first;

    private boolean anchored;
    private final List<String> remarks = new ArrayList<>();

    @Override
    public Integer call() {
        Matcher wanted = ANCHOR.matcher(anchor == null ? "1" : anchor);
        if (!wanted.matches()) {
            throw new ParameterException(spec.commandLine(), "--anchor is SEQ or SEQ:MAC, as this command prints it");
        }
        AuditChain chain = new AuditChain(key());
        Map<String, Object> outcome = new LinkedHashMap<>();
        try {
            List<Path> files = files();
            for (Path file : files) {
                read(file, chain, wanted, file.equals(files.get(files.size() - 1)));
            }
            if (anchor != null && !anchored) {
                throw new AuditChain.Broken("the files end with record " + chain.seq() + ", and the anchor is record "
                        + wanted.group(1) + ": what was between is cut off, or the anchor is older than these files");
            }
            outcome.put("whole", true);
            outcome.put("first", first);
            outcome.put("last", chain.seq());
            outcome.put("mac", chain.mac());
            outcome.put("remarks", remarks);
        } catch (AuditChain.Broken broken) {
            outcome.put("whole", false);
            outcome.put("problem", String.valueOf(broken.getMessage()));
        }
        print(outcome);
        return Boolean.TRUE.equals(outcome.get("whole")) ? ExitCodes.OK : ExitCodes.NO;
    }

    private void read(Path file, AuditChain chain, Matcher wanted, boolean last) throws AuditChain.Broken {
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            boolean whole = endsWithALine(file);
            String line = lines.readLine();
            while (line != null) {
                String next = lines.readLine();
                number++;
                if (next == null && !whole) {
                    if (!last) {
                        throw new AuditChain.Broken("is cut short, and is not the last");
                    }
                    remarks.add(file + ": the last line is incomplete; it is being written, or was cut short");
                    return;
                }
                if (first == 0) {
                    chain.beginAt(line);
                }
                note(file, number, chain.accept(line));
                first = first == 0 ? chain.seq() : first;
                compare(chain, wanted);
                line = next;
            }
        } catch (AuditChain.Broken broken) {
            throw new AuditChain.Broken(file + ": line " + number + " " + broken.getMessage());
        } catch (CharacterCodingException noText) {
            throw new AuditChain.Broken(file + ": after line " + number + " is no text");
        } catch (IOException unreadable) {
            throw unreadable(file, unreadable);
        }
    }

    private void note(Path file, int number, String event) {
        if (REMARKABLE.contains(event)) {
            remarks.add(file + ": line " + number + " is the server's own " + event);
        }
    }

    private void compare(AuditChain chain, Matcher wanted) throws AuditChain.Broken {
        if (anchor != null && chain.seq() == Long.parseLong(wanted.group(1))) {
            if (wanted.group(2) != null && !wanted.group(2).equals(chain.mac())) {
                throw new AuditChain.Broken("is not the record of the anchor: all since then was made anew");
            }
            anchored = true;
        }
    }

    private void print(Map<String, Object> outcome) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSONObjectUtils.toJSONString(outcome));
        } else if (outcome.get("whole").equals(true)) {
            remarks.forEach(remark -> out.println(Printable.line(remark)));
            out.println("Whole: records " + outcome.get("first") + " to " + outcome.get("last") + ".");
            out.println("Anchor for the next time: " + outcome.get("last") + ":" + outcome.get("mac"));
        } else {
            out.println("Not whole: " + Printable.line(String.valueOf(outcome.get("problem"))));
        }
        out.flush();
    }

    private byte[] key() {
        try {
            Matcher key = KEY.matcher(Files.readString(keyFile).strip());
            if (key.matches()) {
                return Base64URL.from(key.group(1)).decode();
            }
        } catch (IOException unreadable) {
            throw unreadable(keyFile, unreadable);
        }
        throw new CommandFailure(
                ExitCodes.USAGE,
                keyFile + " holds no key of an audit chain",
                "Name the verification-key-*.txt that the server made when the chain began.");
    }

    /** In the order of their first records. */
    private List<Path> files() {
        List<Path> files = new ArrayList<>();
        for (Path path : given) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> inside = Files.list(path)) {
                    inside.filter(file -> name(file).matches("audit-.*\\.jsonl"))
                            .forEach(files::add);
                } catch (IOException unreadable) {
                    throw unreadable(path, unreadable);
                }
            } else {
                files.add(path);
            }
        }
        if (files.isEmpty()) {
            throw new CommandFailure(ExitCodes.NO, "there is no audit-*.jsonl", "Name the folder with the files.");
        }
        files.sort(Comparator.comparing(VerifyCommand::name));
        return files;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static boolean endsWithALine(Path file) throws IOException {
        try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "r")) {
            if (content.length() == 0) {
                return true;
            }
            content.seek(content.length() - 1);
            return content.read() == '\n';
        }
    }

    private static CommandFailure unreadable(Path file, IOException why) {
        return new CommandFailure(ExitCodes.NO, "cannot read " + file + ": " + why, "Check the name and its rights.");
    }
}
