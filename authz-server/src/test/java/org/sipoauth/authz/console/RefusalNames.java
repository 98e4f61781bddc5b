package org.sipoauth.authz.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.sipoauth.authz.AuthzServerApplication;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.SpringAsmInfo;

/**
 * Every word by which this server's own code may name the cause of a refusal, read from its classes: the constants that
 * stand before a refusal is made, or behind the field {@code outcome}. So a new one is found wherever it is added.
 */
final class RefusalNames {
    private static final Pattern NAME = Pattern.compile("[a-z]+(_[a-z]+)*");
    private static final List<String> REFUSALS = List.of(
            "org/sipoauth/authz/audit/Refusal.<init>",
            "org/sipoauth/authz/grant/GrantRefused.<init>",
            "org/sipoauth/authz/provisioning/ProvisioningRefusals.record",
            "org/springframework/security/oauth2/core/OAuth2Error.<init>");

    /** To these a constant names a field, a parameter or a meter. */
    private static final List<String> OTHER_THINGS = List.of(
            "org/sipoauth/authz/audit/Audit",
            "org/springframework/ui/Model.",
            "jakarta/servlet/",
            "io/micrometer/",
            "java/util/Map.");

    private static final String OUTCOME = "outcome";

    private RefusalNames() {}

    /** What a method does, as far as it matters. */
    private sealed interface Step {
        record Constant(String text) implements Step {}

        record Call(String method) implements Step {}
    }

    static Set<String> ofTheServer() {
        Set<String> names = new TreeSet<>();
        for (Path file : classes()) {
            Map<String, List<Step>> methods = read(file);
            Set<String> making = making(methods);
            methods.values().forEach(steps -> names.addAll(names(steps, making)));
        }
        return names;
    }

    /** The methods of a class that are given a text and make a refusal, by way of each other or not. */
    private static Set<String> making(Map<String, List<Step>> methods) {
        Set<String> making = new HashSet<>();
        boolean more = true;
        while (more) {
            more = false;
            for (Map.Entry<String, List<Step>> method : methods.entrySet()) {
                String signature = method.getKey();
                if (signature.contains("Ljava/lang/String;")
                        && (makesRefusals(method.getValue(), making) || writesOutcomeThatItIsGiven(method.getValue()))
                        && making.add(signature)) {
                    more = true;
                }
            }
        }
        return making;
    }

    private static boolean makesRefusals(List<Step> steps, Set<String> making) {
        return steps.stream().anyMatch(step -> isMaking(step, making));
    }

    private static boolean isMaking(Step step, Set<String> making) {
        return step instanceof Step.Call call
                && (REFUSALS.stream().anyMatch(call.method()::startsWith)
                        || making.contains(call.method().substring(call.method().indexOf('.') + 1)));
    }

    private static boolean writesOutcomeThatItIsGiven(List<Step> steps) {
        for (int i = 0; i < steps.size(); i++) {
            if (isOutcome(steps, i) && !(i + 1 < steps.size() && steps.get(i + 1) instanceof Step.Constant)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOutcome(List<Step> steps, int i) {
        return steps.get(i) instanceof Step.Constant constant && constant.text().equals(OUTCOME);
    }

    private static Set<String> names(List<Step> steps, Set<String> making) {
        Set<String> names = new TreeSet<>();
        List<String> since = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) instanceof Step.Constant constant) {
                since.add(constant.text());
                for (int j = i - 1; j >= 0 && steps.get(j) instanceof Step.Constant; j--) { // one of two, perhaps
                    if (isOutcome(steps, j)) {
                        names.add(constant.text());
                    }
                }
            } else if (isMaking(steps.get(i), making)) {
                names.addAll(since);
                since.clear();
            } else if (steps.get(i) instanceof Step.Call call
                    && OTHER_THINGS.stream().anyMatch(call.method()::startsWith)) {
                since.clear();
            }
        }
        names.removeIf(name -> !NAME.matcher(name).matches());
        return names;
    }

    /** What a private constant holds: a set, or a map by its keys. */
    static Set<String> constantsOf(String type, String field) {
        try {
            Field constant = Class.forName(type).getDeclaredField(field);
            constant.setAccessible(true);
            Object value = constant.get(null);
            Collection<?> names = value instanceof Map<?, ?> map ? map.keySet() : (Collection<?>) value;
            Set<String> texts = new TreeSet<>();
            names.forEach(name -> texts.add(String.valueOf(name)));
            return texts;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(type + " has no constant " + field + " any more: look where it went", e);
        }
    }

    private static List<Path> classes() {
        try {
            Path root = Path.of(AuthzServerApplication.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            try (Stream<Path> files = Files.walk(root.resolve("org/sipoauth/authz"))) {
                return files.filter(file -> file.toString().endsWith(".class"))
                        .filter(file -> !file.getParent().endsWith("console"))
                        .toList();
            }
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("the server's classes cannot be read", e);
        }
    }

    private static Map<String, List<Step>> read(Path file) {
        Map<String, List<Step>> methods = new HashMap<>();
        try {
            new ClassReader(Files.readAllBytes(file))
                    .accept(
                            new ClassVisitor(SpringAsmInfo.ASM_VERSION) {
                                @Override
                                public MethodVisitor visitMethod(
                                        int access,
                                        String name,
                                        String descriptor,
                                        String signature,
                                        String[] exceptions) {
                                    List<Step> steps = new ArrayList<>();
                                    methods.put(name + descriptor, steps);
                                    return new Reading(steps);
                                }
                            },
                            ClassReader.SKIP_DEBUG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return methods;
    }

    private static final class Reading extends MethodVisitor {
        private final List<Step> steps;

        Reading(List<Step> steps) {
            super(SpringAsmInfo.ASM_VERSION);
            this.steps = steps;
        }

        @Override
        public void visitLdcInsn(Object value) {
            if (value instanceof String text) {
                steps.add(new Step.Constant(text));
            }
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean ofInterface) {
            steps.add(new Step.Call(owner + "." + name + descriptor));
        }
    }
}
