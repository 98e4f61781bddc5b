package org.sipoauth.cli.activation;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.AdminApi;
import org.sipoauth.cli.admin.ServerOptions;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.files.PrivateFiles;
import org.sipoauth.cli.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes codes, for all of the devices or for none. */
@Command(
        name = "create",
        description = {
            "Makes an activation code for each device, in place of one that it has. If there can be none for one of them, none is"
                    + " made.",
            "Prints them, or writes them to a file that its owner alone can read."
        })
final class CreateCommand implements Callable<Integer> {
    private static final String HEADER = "device,activation_code,expires_at";
    private static final String LINE = "%-20s  %-19s  %s%n";
    private static final int MOST_DEVICES = 1_000;
    private static final long LONGEST_FILE = 128 * 1024;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Parameters(paramLabel = "DEVICE", arity = "0..*", description = "A desk phone, such as SEP00005E005301.")
    private List<String> devices = new ArrayList<>();

    @Option(
            names = "--file",
            paramLabel = "CSV",
            description = "Take the devices from here: a name on each line, under a line \"device\" or none; "
                    + MOST_DEVICES + " at most.")
    private @Nullable Path file;

    @Option(
            names = "--output",
            paramLabel = "CSV",
            description = "Write device, code and expiry to this new file, mode 0600, and print nothing of them.")
    private @Nullable Path output;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** One code; not printed by accident. */
    private record Created(String device, String code, String expiresAt) {
        static Created of(JsonObject json) {
            return new Created(
                    json.string("device").orElseThrow(AdminApi::notAServer),
                    json.string("activation_code").orElseThrow(AdminApi::notAServer),
                    json.string("expires_at").orElseThrow(AdminApi::notAServer));
        }

        @Override
        public String toString() {
            return device;
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        List<String> names = names();
        requireNew();
        JsonObject answer = ask(names);
        List<Created> created = names.size() == 1
                ? List.of(Created.of(answer))
                : answer.objects("activation_codes").stream().map(Created::of).toList();
        PrintWriter out = spec.commandLine().getOut();
        if (output != null) {
            write(created, output);
            out.println("Wrote " + created.size() + (created.size() == 1 ? " code to " : " codes to ") + output
                    + ". They cannot be shown again.");
        } else if (json) {
            out.println(answer.toJson());
        } else {
            out.printf(LINE, "DEVICE", "ACTIVATION CODE", "EXPIRES");
            created.forEach(one -> out.printf(
                    LINE, Printable.word(one.device()), Printable.word(one.code()), Printable.word(one.expiresAt())));
        }
        out.flush();
        return ExitCodes.OK;
    }

    private List<String> names() {
        List<String> names = new ArrayList<>(devices);
        if (file != null) {
            names.addAll(read(file));
        }
        if (names.isEmpty() || names.size() > MOST_DEVICES) {
            throw new ParameterException(
                    spec.commandLine(), "name 1 to " + MOST_DEVICES + " devices, here or in a file with --file");
        }
        if (output != null && json) {
            throw new ParameterException(spec.commandLine(), "--output and --json exclude each other");
        }
        return names;
    }

    private static List<String> read(Path csv) {
        try {
            if (Files.size(csv) > LONGEST_FILE) {
                throw new IOException("it is longer than " + LONGEST_FILE + " bytes");
            }
            List<String> lines =
                    Files.readString(csv).lines().map(CreateCommand::cell).toList();
            List<String> names = new ArrayList<>();
            for (String line : lines) {
                boolean isHeader = names.isEmpty() && line.equalsIgnoreCase("device");
                if (!line.isEmpty() && !isHeader) {
                    names.add(line);
                }
            }
            return names;
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    "cannot read " + csv + ": " + unreadable,
                    "Name a text file with a device's name on each line.");
        }
    }

    private static String cell(String line) {
        return line.replace("\ufeff", "").strip();
    }

    /** Before any code is made: one that cannot be written is lost. */
    private void requireNew() {
        if (output != null && Files.exists(output)) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    output + " is already there, and is not overwritten; no code was made",
                    "Name another file with --output.");
        }
    }

    private JsonObject ask(List<String> names) throws InterruptedException {
        AdminApi api = server.open();
        if (names.size() == 1) {
            ActivationCommand.requireName(names.get(0), spec);
            return api.post(ActivationCommand.path(names.get(0)), "");
        }
        return api.post("/activation-codes", JSONObjectUtils.toJSONString(Map.of("devices", names)));
    }

    private static void write(List<Created> created, Path file) {
        StringBuilder csv = new StringBuilder(HEADER).append("\r\n"); // RFC 4180
        for (Created one : created) {
            csv.append(one.device())
                    .append(',')
                    .append(one.code())
                    .append(',')
                    .append(one.expiresAt())
                    .append("\r\n");
        }
        try {
            PrivateFiles.create(file, csv.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException unwritable) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    "cannot write " + file + ": " + unwritable + "; the codes are lost",
                    "Choose another place with --output, and make them once more: the new ones replace these.");
        }
    }
}
