package org.sipoauth.cli.phone;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.files.PrivateFiles;
import org.sipoauth.cli.json.JsonObject;

/**
 * What a phone remembers over a restart, in a file of its owner's alone: its tokens, where it refreshes them, and the last
 * configuration it read. With it a phone registers while the authorization server is down.
 */
final class PhoneMemory {
    record Remembered(URI tokenEndpoint, Tokens tokens, Provisioning.File configuration) {
        @Override
        public String toString() {
            return tokens.toString();
        }
    }

    private final Optional<Path> file;
    private final String device;

    /** @param file where to remember; a phone without one forgets everything when it ends */
    PhoneMemory(Optional<Path> file, String device) {
        this.file = file;
        this.device = device;
    }

    /** Empty if there is no file yet. */
    Optional<Remembered> load() {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonObject json = JsonObject.parse(Files.readString(file.get()));
            if (!text(json, "device").equals(device)) {
                throw unusable("holds the tokens of another device");
            }
            Tokens tokens = new Tokens(
                    text(json, "access_token"),
                    json.string("refresh_token"),
                    time(json, "received_at"),
                    time(json, "expires_at"));
            Provisioning.File configuration = new Provisioning.File(
                    text(json, "configuration").getBytes(StandardCharsets.UTF_8), json.string("configuration_tag"));
            URI tokenEndpoint = AuthorizationServer.requireHttps(URI.create(text(json, "token_endpoint")));
            return Optional.of(new Remembered(tokenEndpoint, tokens, configuration));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (ParseException | IllegalArgumentException malformed) {
            throw unusable("is not a token file of this program");
        } catch (IOException unreadable) {
            throw unusable("cannot be read: " + unreadable);
        }
    }

    void save(Remembered remembered) {
        if (file.isEmpty()) {
            return;
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("device", device);
        json.put("token_endpoint", remembered.tokenEndpoint().toString());
        json.put("access_token", remembered.tokens().accessToken());
        remembered.tokens().refreshToken().ifPresent(token -> json.put("refresh_token", token));
        json.put("received_at", remembered.tokens().receivedAt().getEpochSecond());
        json.put("expires_at", remembered.tokens().expiresAt().getEpochSecond());
        json.put("configuration", Provisioning.text(remembered.configuration().content()));
        remembered.configuration().tag().ifPresent(tag -> json.put("configuration_tag", tag));
        try {
            PrivateFiles.replace(file.get(), JSONObjectUtils.toJSONString(json).getBytes(StandardCharsets.UTF_8));
        } catch (IOException unwritable) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    "cannot write the token file " + file.get() + ": " + unwritable,
                    "Choose another place with --token-file; its folder must exist.");
        }
    }

    private CommandFailure unusable(String why) {
        return new CommandFailure(
                ExitCodes.NO, file.orElseThrow() + " " + why, "Remove it, or name another with --token-file.");
    }

    private static String text(JsonObject json, String name) throws ParseException {
        return json.string(name).orElseThrow(() -> new ParseException(name, 0));
    }

    private static Instant time(JsonObject json, String name) throws ParseException {
        return Instant.ofEpochSecond(json.integer(name).orElseThrow(() -> new ParseException(name, 0)));
    }
}
