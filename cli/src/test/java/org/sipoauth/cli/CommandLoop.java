package org.sipoauth.cli;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/**
 * Runs {@code sipoauth} as often as standard input says, in one Java: a shell that needs it 80 times would else wait for 80 starts.
 * For each it reads the number of words and the words, each with a zero byte behind it, and prints what the command prints, then
 * {@link #END}, the exit status, and a line's end.
 */
public final class CommandLoop {
    /** Record separator; no command prints it. */
    public static final char END = '\u001e';

    private CommandLoop() {}

    public static void main(String[] none) throws IOException {
        DataInputStream in = new DataInputStream(System.in);
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        try {
            while (true) {
                String[] words = new String[Integer.parseInt(word(in))];
                for (int i = 0; i < words.length; i++) {
                    words[i] = word(in);
                }
                CommandLine sipoauth = SipoauthMain.commandLine();
                sipoauth.setOut(out);
                sipoauth.setErr(out);
                int exit = sipoauth.execute(FamiliarCommands.translate(words));
                out.println("" + END + exit);
            }
        } catch (EOFException end) {
            System.exit(0); // whatever a command left running
        }
    }

    private static String word(DataInputStream in) throws IOException {
        StringBuilder bytes = new StringBuilder();
        for (byte next = in.readByte(); next != 0; next = in.readByte()) {
            bytes.append((char) (next & 0xff));
        }
        return new String(bytes.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
