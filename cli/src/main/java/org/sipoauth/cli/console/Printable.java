package org.sipoauth.cli.console;

/** Makes text from elsewhere safe to print: a token or a server must not be able to drive the terminal. */
public final class Printable {
    private Printable() {}

    /** The text with control, formatting and other unprintable characters written as {@code \}{@code u} escapes. */
    public static String line(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (isPlain(c)) {
                out.appendCodePoint(c);
            } else {
                for (char unit : Character.toChars(c)) {
                    out.append(String.format("\\u%04x", (int) unit));
                }
            }
        });
        return out.toString();
    }

    /** As {@link #line}, and without white space, so that the text stays one word of a machine-readable line. */
    public static String word(String text) {
        return line(text).replace(" ", "\\u0020");
    }

    private static boolean isPlain(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> codePoint == ' ';
            default -> true;
        };
    }
}
