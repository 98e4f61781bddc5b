package org.sipoauth.authz.administration;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Reads a JSON object strictly: each member of its type, and none but those that were asked for by the time of
 * {@link #end()}. Any other request is refused with one explanation of the right one.
 */
public final class Members {
    private final Map<String, ? extends @Nullable Object> object;
    private final String explanation;
    private final Set<String> read = new HashSet<>();

    /** @param explanation what to send, with an example */
    public Members(Map<String, ? extends @Nullable Object> object, String explanation) {
        this.object = object;
        this.explanation = explanation;
    }

    public String text(String name) {
        return optionalText(name).orElseThrow(this::refusal);
    }

    /** Empty if it is absent; a null is refused as is any other type. */
    public Optional<String> optionalText(String name) {
        return optional(name, String.class);
    }

    public boolean flag(String name) {
        return optionalFlag(name).orElseThrow(this::refusal);
    }

    public Optional<Boolean> optionalFlag(String name) {
        return optional(name, Boolean.class);
    }

    /** A whole number. */
    public Optional<Integer> optionalNumber(String name) {
        return optional(name, Integer.class);
    }

    /** An array of strings. */
    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (Object element : optional(name, List.class).orElseThrow(this::refusal)) {
            if (!(element instanceof String text)) {
                throw refusal();
            }
            texts.add(text);
        }
        return texts;
    }

    /** Refuses members that nobody has asked for: they are misspelt, or mean something that would not be done. */
    public void end() {
        if (!read.containsAll(object.keySet())) {
            throw refusal();
        }
    }

    /** For what is wrong beyond a member's type. */
    public RequestRefused refusal() {
        return new RequestRefused(HttpStatus.BAD_REQUEST, explanation);
    }

    private <T> Optional<T> optional(String name, Class<T> type) {
        read.add(name);
        if (!object.containsKey(name)) {
            return Optional.empty();
        }
        Object value = object.get(name);
        if (!type.isInstance(value)) {
            throw refusal();
        }
        return Optional.of(type.cast(value));
    }
}
