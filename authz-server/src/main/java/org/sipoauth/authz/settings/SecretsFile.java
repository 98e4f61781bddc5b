package org.sipoauth.authz.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Generated secrets, one {@code name:secret} a line, in a file that only its owner can read.
 *
 * @param fresh whether they were generated just now
 */
public record SecretsFile(Map<String, String> secrets, boolean fresh) {

    /** Reads the file, or generates a secret for each name and writes it. */
    public static SecretsFile open(DataDirectory data, String fileName, Collection<String> names, int bits) {
        try {
            if (Files.exists(data.file(fileName))) {
                return new SecretsFile(parse(Files.readString(data.file(fileName))), false);
            }
            Map<String, String> secrets = new LinkedHashMap<>();
            names.forEach(name -> secrets.put(name, RandomSecret.ofBits(bits)));
            StringBuilder lines = new StringBuilder();
            secrets.forEach((name, secret) ->
                    lines.append(name).append(':').append(secret).append('\n'));
            data.writeNew(fileName, lines.toString());
            return new SecretsFile(secrets, true);
        } catch (IOException e) {
            throw new StartupRefused(
                    "The secrets in " + data.file(fileName) + " cannot be read or written: " + e.getMessage(),
                    "Check the rights of the data folder, or name another with --sipoauth.data-dir=<folder>.",
                    e);
        }
    }

    private static Map<String, String> parse(String text) {
        Map<String, String> secrets = new LinkedHashMap<>();
        text.lines().filter(line -> line.contains(":")).forEach(line -> {
            int colon = line.indexOf(':');
            secrets.put(line.substring(0, colon), line.substring(colon + 1));
        });
        return secrets;
    }

    @Override
    public String toString() {
        return "SecretsFile" + secrets.keySet();
    }
}
