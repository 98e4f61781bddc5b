package org.sipoauth.authz.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/** A secret that the operator gives: alone in a file, or in the environment; never on a command line. */
public final class GivenSecret {
    private GivenSecret() {}

    /**
     * @param setting that names the file, for the message if it cannot be read
     * @param variable in the environment, if there is no file
     * @return empty if neither is given
     */
    public static Optional<String> read(@Nullable Path file, String setting, Environment environment, String variable) {
        if (file == null) {
            return Optional.ofNullable(environment.getProperty(variable)).filter(secret -> !secret.isEmpty());
        }
        try {
            String secret = Files.readString(file).strip();
            if (!secret.isEmpty()) {
                return Optional.of(secret);
            }
        } catch (IOException e) {
            throw refusal(file, setting, "cannot be read", e);
        }
        throw refusal(file, setting, "is empty", null);
    }

    private static StartupRefused refusal(Path file, String setting, String why, @Nullable IOException cause) {
        String action = "Put the secret there, and nothing else; this server's account has to be able to read it.";
        String description = "The file " + file + " that " + setting + " names " + why + ".";
        return cause == null ? new StartupRefused(description, action) : new StartupRefused(description, action, cause);
    }
}
