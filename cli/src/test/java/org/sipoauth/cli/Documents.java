package org.sipoauth.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What this repository's documents print between fences. */
public final class Documents {
    private static final Path ROOT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
    private static final Pattern FENCE = Pattern.compile("( *)```(\\S*) *(.*)");

    private Documents() {}

    /**
     * A fenced block.
     *
     * @param line the line of its fence, from 1
     * @param language the first word behind the fence: {@code sh} is a script, {@code console} has commands behind {@code $}
     *     and below each what it prints; empty if there is none
     * @param needs the rest behind the fence: what a command takes that is not on every machine; empty if nothing
     * @param text its lines, without the indentation of the fence
     */
    public record Block(String document, int line, String language, String needs, String text) {
        /** The scripts: the whole of {@code sh}, each command of {@code console}; of others none. */
        public List<Script> scripts() {
            return switch (language) {
                case "sh" -> List.of(new Script(text, ""));
                case "console" -> dialogue();
                default -> List.of();
            };
        }

        private List<Script> dialogue() {
            List<Script> scripts = new ArrayList<>();
            for (String part : ("\n" + text).split("\n\\$ ", -1)) {
                if (!part.isBlank()) {
                    int end = part.replace("\\\n", "\\ ").indexOf('\n');
                    scripts.add(
                            end < 0
                                    ? new Script(part + "\n", "")
                                    : new Script(part.substring(0, end + 1), part.substring(end + 1)));
                }
            }
            return scripts;
        }

        @Override
        public String toString() {
            return document + ":" + line;
        }
    }

    /** What is typed, and what is printed in answer, if the document says. */
    public record Script(String typed, String printed) {}

    /** Of all documents, below the top of the repository. */
    public static List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        for (String place :
                List.of("docs", "deploy", "benchmarks/README.md", "README.md", "CONTRIBUTING.md", "SECURITY.md")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(place))) {
                files.map(file -> ROOT.relativize(file).toString())
                        .filter(name -> name.endsWith(".md"))
                        .forEach(names::add);
            } catch (UncheckedIOException unreadable) {
                throw unreadable.getCause();
            }
        }
        Collections.sort(names);
        return names;
    }

    /** Of one document, in its order. */
    public static List<Block> blocks(String document) throws IOException {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = Files.readAllLines(ROOT.resolve(document));
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (fence.matches()) {
                int line = i + 1;
                String indentation = fence.group(1);
                StringBuilder text = new StringBuilder();
                for (i++; !lines.get(i).equals(indentation + "```"); i++) {
                    text.append(
                                    lines.get(i).startsWith(indentation)
                                            ? lines.get(i).substring(indentation.length())
                                            : lines.get(i))
                            .append('\n');
                }
                blocks.add(new Block(document, line, fence.group(2), fence.group(3), text.toString()));
            }
        }
        return blocks;
    }
}
