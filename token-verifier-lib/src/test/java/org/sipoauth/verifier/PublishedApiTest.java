package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What others compile against is what {@code api.txt} says. A line that goes or changes breaks somebody's build: only a new
 * major version may do that. After an intended change,
 *
 * <pre>mvn -pl token-verifier-lib test -Dtest=PublishedApiTest -Dsipoauth.api=write</pre>
 *
 * writes the file anew; its difference belongs into the same commit.
 */
class PublishedApiTest {
    private static final Path FILE = Path.of("api.txt");

    @Test
    void isWhatTheFileSays() throws Exception {
        String api = String.join("\n", describe()) + "\n";
        if ("write".equals(System.getProperty("sipoauth.api"))) {
            Files.writeString(FILE, api);
        }
        assertThat(api)
                .as("the API differs from token-verifier-lib/api.txt; if it should, write that anew: see this class")
                .isEqualTo(Files.readString(FILE));
    }

    private static List<String> describe() throws Exception {
        List<String> lines = new ArrayList<>();
        for (Class<?> type : publicTypes()) {
            lines.add(describe(type));
            members(type).stream().map(member -> "    " + member).forEach(lines::add);
        }
        return lines;
    }

    /** Of the exported packages, the nested ones among them, by name. */
    private static List<Class<?>> publicTypes() throws IOException, URISyntaxException, ClassNotFoundException {
        Path classes = Path.of(TokenVerifier.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<String> names;
        try (Stream<Path> files = Files.walk(classes)) {
            names = files.map(file -> classes.relativize(file).toString())
                    .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace(File.separatorChar, '.'))
                    .sorted()
                    .toList();
        }
        List<Class<?>> types = new ArrayList<>();
        for (String name : names) {
            Class<?> type = Class.forName(name, false, TokenVerifier.class.getClassLoader());
            if (isExported(type) && isPublished(type)) {
                types.add(type);
            }
        }
        return types;
    }

    private static boolean isExported(Class<?> type) {
        return TokenVerifier.class.getModule().isExported(type.getPackageName());
    }

    private static boolean isPublished(Class<?> type) {
        return isPublished(type.getModifiers())
                && (type.getDeclaringClass() == null || isPublished(type.getDeclaringClass()));
    }

    private static boolean isPublished(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String describe(Class<?> type) {
        String kind = type.isRecord() ? "record" : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
        String line = modifiers(type.getModifiers(), type.isInterface() || type.isEnum() || type.isRecord())
                + (type.isSealed() ? "sealed " : "") + kind + " " + type.getName();
        Type parent = type.getGenericSuperclass();
        if (kind.equals("class") && parent != null && parent != Object.class) {
            line += " extends " + parent.getTypeName();
        }
        String interfaces = names(type.getGenericInterfaces());
        return interfaces.isEmpty() ? line : line + (type.isInterface() ? " extends " : " implements ") + interfaces;
    }

    private static Collection<String> members(Class<?> type) {
        Collection<String> lines = new TreeSet<>();
        for (Field field : type.getDeclaredFields()) {
            if (isPublished(field)) {
                lines.add(modifiers(field.getModifiers(), false)
                        + field.getGenericType().getTypeName() + " " + field.getName());
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isPublished(constructor)) {
                lines.add(modifiers(constructor.getModifiers(), false) + "new" + signature(constructor));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isPublished(method)) {
                boolean optional = type.isInterface() && method.isDefault();
                lines.add(modifiers(method.getModifiers(), false) + (optional ? "default " : "")
                        + method.getGenericReturnType().getTypeName() + " " + method.getName() + signature(method));
            }
        }
        return lines;
    }

    private static boolean isPublished(Member member) {
        return isPublished(member.getModifiers()) && !member.isSynthetic();
    }

    /** @param implied whether the kind of type says {@code abstract}, {@code final} and {@code static} */
    private static String modifiers(int modifiers, boolean implied) {
        int told = modifiers & ~(Modifier.TRANSIENT | Modifier.VOLATILE | Modifier.SYNCHRONIZED | Modifier.INTERFACE);
        int said = implied ? told & ~(Modifier.ABSTRACT | Modifier.FINAL | Modifier.STATIC) : told;
        String text = Modifier.toString(said);
        return text.isEmpty() ? "" : text + " ";
    }

    private static String signature(Executable executable) {
        String parameters = Arrays.stream(executable.getParameters())
                .map(Parameter::getParameterizedType)
                .map(Type::getTypeName)
                .collect(Collectors.joining(", ", "(", ")"));
        String thrown = names(executable.getGenericExceptionTypes());
        return thrown.isEmpty() ? parameters : parameters + " throws " + thrown;
    }

    private static String names(Type... types) {
        return Arrays.stream(types).map(Type::getTypeName).collect(Collectors.joining(", "));
    }
}
