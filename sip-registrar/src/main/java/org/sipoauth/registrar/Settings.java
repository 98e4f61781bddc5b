package org.sipoauth.registrar;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The operator's settings: command line before file before default. Unknown keys are refused by name. */
final class Settings {
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h|)");

    private final Map<Setting, String> values;

    private Settings(Map<Setting, String> values) {
        this.values = values;
    }

    /** @param arguments {@code --config FILE}, {@code --config=FILE} or {@code --key=value} */
    static Settings of(String... arguments) throws SettingsException {
        Map<Setting, String> overrides = new EnumMap<>(Setting.class);
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.equals("--config") && i + 1 < arguments.length) {
                readFile(Path.of(arguments[++i]), values);
            } else if (argument.startsWith("--config=")) {
                readFile(Path.of(argument.substring("--config=".length())), values);
            } else if (argument.startsWith("--") && argument.contains("=")) {
                int equals = argument.indexOf('=');
                put(overrides, argument.substring(2, equals), argument.substring(equals + 1));
            } else {
                throw new SettingsException("not --key=value: " + argument + " (--help lists the keys)");
            }
        }
        values.putAll(overrides);
        for (Setting setting : Setting.values()) {
            if (setting.isRequired() && !values.containsKey(setting)) {
                throw new SettingsException("missing --" + setting.key() + "=…");
            }
            setting.byDefault().ifPresent(value -> values.putIfAbsent(setting, value));
        }
        return new Settings(values);
    }

    private static void readFile(Path file, Map<Setting, String> values) throws SettingsException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new SettingsException("cannot read the configuration " + file + ": " + unreadable.getMessage());
        }
        for (String key : properties.stringPropertyNames()) {
            put(values, key, properties.getProperty(key));
        }
    }

    private static void put(Map<Setting, String> values, String key, String value) throws SettingsException {
        Setting setting = Setting.of(key)
                .orElseThrow(() -> new SettingsException("unknown key " + key + " (--help lists the keys)"));
        String trimmed = value.strip();
        if (trimmed.isEmpty()) {
            values.remove(setting);
        } else {
            values.put(setting, trimmed);
        }
    }

    Optional<String> optional(Setting setting) {
        return Optional.ofNullable(values.get(setting));
    }

    /** The value of a setting that is required or has a default. */
    String text(Setting setting) {
        return optional(setting).orElseThrow(() -> new IllegalStateException(setting + " has no default"));
    }

    Optional<Path> optionalPath(Setting setting) throws SettingsException {
        if (optional(setting).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(path(setting));
    }

    Path path(Setting setting) throws SettingsException {
        Path path = Path.of(text(setting));
        if (!Files.isReadable(path)) {
            throw new SettingsException("--" + setting.key() + ": cannot read " + path);
        }
        return path;
    }

    List<String> list(Setting setting) {
        return Arrays.stream(optional(setting).orElse("").split(","))
                .map(String::strip)
                .filter(element -> !element.isEmpty())
                .toList();
    }

    Duration time(Setting setting) throws SettingsException {
        Matcher matcher = TIME.matcher(text(setting));
        if (!matcher.matches()) {
            throw new SettingsException("--" + setting.key() + ": not a time like 30s: " + text(setting));
        }
        long number = Long.parseLong(matcher.group(1));
        Duration time = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofSeconds(number);
        };
        if (time.isZero()) {
            throw new SettingsException("--" + setting.key() + " must be more than nothing");
        }
        return time;
    }

    int number(Setting setting, int least, int most) throws SettingsException {
        String text = text(setting);
        int number = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
        if (number < least || number > most) {
            throw new SettingsException(
                    "--" + setting.key() + ": not a number from " + least + " to " + most + ": " + text);
        }
        return number;
    }

    int port(Setting setting) throws SettingsException {
        return number(setting, 0, 65_535);
    }

    /** Empty for {@code none}. */
    OptionalInt optionalPort(Setting setting) throws SettingsException {
        return text(setting).equals("none") ? OptionalInt.empty() : OptionalInt.of(port(setting));
    }

    /** The value, one of the choices. */
    String choice(Setting setting, String... choices) throws SettingsException {
        if (!List.of(choices).contains(text(setting))) {
            throw new SettingsException(
                    "--" + setting.key() + ": neither " + String.join(" nor ", choices) + ": " + text(setting));
        }
        return text(setting);
    }
}
