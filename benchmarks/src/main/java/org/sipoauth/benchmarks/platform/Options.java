package org.sipoauth.benchmarks.platform;

import java.util.LinkedHashMap;
import java.util.Map;

/** A program's options, each a whole number with a default, or a flag. */
public final class Options {
    private final String synopsis;
    private final Map<String, String> meanings = new LinkedHashMap<>();
    private final Map<String, Integer> values = new LinkedHashMap<>();
    private final Map<String, Boolean> flags = new LinkedHashMap<>();

    /** @param synopsis the program's name and, in a sentence, what it does */
    public Options(String synopsis) {
        this.synopsis = synopsis;
    }

    public Options option(String name, int value, String meaning) {
        meanings.put(name, meaning);
        values.put(name, value);
        return this;
    }

    public Options flag(String name, String meaning) {
        meanings.put(name, meaning);
        flags.put(name, false);
        return this;
    }

    /** Takes over what was typed. Prints the usage and ends this program if that was asked for, or is due. */
    public Options parse(String[] args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--help")) {
                System.out.print(usage());
                System.exit(0);
            }
            if (flags.containsKey(args[i])) {
                flags.put(args[i], true);
                continue;
            }
            if (i + 1 == args.length || !values.containsKey(args[i]) || !args[i + 1].matches("\\d{1,7}")) {
                System.err.print(usage());
                System.exit(2);
            }
            values.put(args[i], Integer.valueOf(args[i + 1]));
            i++;
        }
        return this;
    }

    public int get(String name) {
        Integer value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no option " + name);
        }
        return value;
    }

    public boolean isSet(String flag) {
        return Boolean.TRUE.equals(flags.get(flag));
    }

    String usage() {
        StringBuilder usage = new StringBuilder(synopsis).append("\n\n");
        values.forEach((name, value) ->
                usage.append(String.format("  %-20s %s (%d)%n", name + " N", meanings.get(name), value)));
        flags.forEach((name, set) -> usage.append(String.format("  %-20s %s%n", name, meanings.get(name))));
        return usage.toString();
    }
}
