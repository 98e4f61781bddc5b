package org.sipoauth.authz.device;

import java.util.ArrayList;
import java.util.List;

/**
 * Comma-separated values by the grammar of RFC 4180 §2, and by no other: a quote stands only around a whole field, or
 * doubled within one. A line may end with a line feed alone.
 */
final class CsvReader {
    private final String text;
    private int position;
    private int lineBreaks;
    private int line;

    CsvReader(String text) {
        this.text = text;
    }

    /** In which line of the text, from 1, the record begins that was read last. */
    int line() {
        return line;
    }

    /**
     * The fields of the next record; none at the end.
     *
     * @throws DeviceCsv.Faulty if this is no comma-separated text; then there is no next record
     */
    List<String> next() throws DeviceCsv.Faulty {
        line = lineBreaks + 1;
        List<String> fields = new ArrayList<>();
        if (position == text.length()) {
            return fields;
        }
        while (true) {
            fields.add(isAt('"') ? quoted() : plain());
            if (isAt(',')) {
                position++;
            } else if (isAtLineEnd()) {
                skipLineEnd();
                return fields;
            } else {
                throw new DeviceCsv.Faulty(
                        line,
                        "",
                        "there is a quote within a field, or something behind its closing quote: put the whole field in"
                                + " quotes, and double each quote in it");
            }
        }
    }

    private String plain() {
        int begin = position;
        while (!isAt(',') && !isAt('"') && !isAtLineEnd()) {
            position++;
        }
        return text.substring(begin, position);
    }

    private String quoted() throws DeviceCsv.Faulty {
        StringBuilder field = new StringBuilder();
        position++;
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == '"') {
                if (!isAt('"')) {
                    return field.toString();
                }
                position++;
            } else if (c == '\n') {
                lineBreaks++;
            }
            field.append(c);
        }
        throw new DeviceCsv.Faulty(line, "", "a quote in this line is never closed");
    }

    private boolean isAt(char c) {
        return position < text.length() && text.charAt(position) == c;
    }

    private boolean isAtLineEnd() {
        return position == text.length() || isAt('\n') || text.startsWith("\r\n", position);
    }

    private void skipLineEnd() {
        if (position < text.length()) {
            position += isAt('\r') ? 2 : 1;
            lineBreaks++;
        }
    }
}
